/** A copy of a browser window for another process: the same elements, with the same texts, attributes and values. */

/** The elements of a window, by number. This class is in the process of the window. */
export class Elements {
  #window;
  #numbers = new WeakMap();
  #elements = [];

  constructor(window) {
    this.#window = window;
  }

  /** Let the window do something with an element, or with the page. Return what the window shows then. */
  async act(action, ...details) {
    if (action === 'isOffline') {
      [this.#window.isOffline] = details;
      return undefined;
    }
    if (action === 'load') await this.#window.load(...details);
    else await this.#window[action](this.#elements[details[0]], ...details.slice(1));
    const { url, storage, document } = this.#window;
    return { url, storage, tree: this.#copy(document.documentElement) };
  }

  #copy(node) {
    if (node.nodeType === 3) return node.data;
    if (!this.#numbers.has(node)) this.#numbers.set(node, this.#elements.push(node) - 1);
    return {
      number: this.#numbers.get(node),
      name: node.localName,
      attributes: [...node.attributes].map(({ name, value }) => [name, value]),
      value: node.value,
      checked: node.checked,
      children: [...node.childNodes]
        .filter(({ nodeType }) => nodeType === 1 || nodeType === 3)
        .map((child) => this.#copy(child)),
    };
  }
}

/** The copy. It has the methods of `BrowserWindow`. */
export class Mirror {
  #ask;
  #document;
  #elements = new Map();
  #numbers = new WeakMap();

  constructor(ask) {
    this.#ask = ask;
  }

  get document() {
    return this.#document;
  }

  set isOffline(value) {
    void this.#ask('isOffline', value);
  }

  async load(url, html, storage) {
    const { Window } = await import('happy-dom');
    this.#document = new Window().document;
    this.#elements.clear();
    await this.#act('load', url, html, storage);
  }

  async click(element) {
    await this.#act('click', this.#numbers.get(element));
  }

  async fill(field, value) {
    await this.#act('fill', this.#numbers.get(field), value);
  }

  async press(field, key) {
    await this.#act('press', this.#numbers.get(field), key);
  }

  async #act(...details) {
    const { url, storage, tree } = await this.#ask(...details);
    Object.assign(this, { url, storage });
    this.#document.replaceChildren(this.#paste(tree));
  }

  #paste(part) {
    if (typeof part === 'string') return this.#document.createTextNode(part);
    const { number, name, attributes, value, checked, children } = part;
    const element = this.#elements.get(number) ?? this.#document.createElement(name);
    this.#elements.set(number, element);
    this.#numbers.set(element, number);
    for (const { name: old } of [...element.attributes]) element.removeAttribute(old);
    for (const [attribute, text] of attributes) element.setAttribute(attribute, text);
    element.replaceChildren(...children.map((child) => this.#paste(child)));
    if (['input', 'textarea', 'select'].includes(name)) Object.assign(element, { value, checked });
    return element;
  }
}
