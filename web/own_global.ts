/** What the browser or a script has put on window. An element answers to its `id` or `name` there too, but is no property of window's own. */
export const own_global = <K extends keyof Window>(name: K): Window[K] | undefined =>
  Object.getOwnPropertyDescriptor(window, name) && window[name];
