// The bundler gives a style sheet's minified text (web/css_text.mjs).
declare module '*.css' {
  const text: string;
  export default text;
}
