// HTML text from templates: everything put into a template is escaped unless it is `html` itself.

class Html {
  constructor(text) {
    this.text = text;
  }
  toString() {
    return this.text;
  }
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

export const escape = (text) => String(text).replace(/[&<>"']/g, (character) => entities[character]);

function piece(value) {
  if (value === null || value === undefined || value === false) return '';
  if (Array.isArray(value)) return value.map(piece).join('');
  return value instanceof Html ? value.text : escape(value);
}

export function html(strings, ...values) {
  return new Html(
    strings.map((text, index) => text + (index < values.length ? piece(values[index]) : '')).join(''),
  );
}

/** ` name="value"` for each attribute; true gives the bare name, null and false nothing. */
export function attributes(values) {
  const texts = Object.entries(values)
    .filter(
      ([name, value]) =>
        /^[a-z][a-z0-9-]*$/.test(name) && value !== null && value !== undefined && value !== false,
    )
    .map(([name, value]) => (value === true ? ` ${name}` : ` ${name}="${escape(value)}"`));
  return new Html(texts.join(''));
}
