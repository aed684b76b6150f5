/** A visitor's browser. */

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** A browser with its own cookies. It doesn't follow redirects, so that a test can look at them. */
export class Browser {
  #site;
  #cookies = [];

  constructor(site) {
    this.#site = site;
  }

  /** Open a URL. */
  get(url) {
    return this.send('GET', url);
  }

  /** Send a form with these fields. */
  post(url, fields) {
    return this.send('POST', url, FORM, Buffer.from(String(new URLSearchParams(fields))));
  }

  /** Send a request with the cookies that belong to the URL, and keep the cookies of the response. */
  async send(method, url, headers = {}, body = undefined) {
    const { pathname } = new URL(`http://localhost${url}`);
    const own = this.#cookies.filter(({ path }) => `${pathname}/`.startsWith(path.endsWith('/') ? path : `${path}/`));
    const cookie = own.length > 0 ? { Cookie: own.map(({ pair }) => pair).join('; ') } : {};
    const response = await this.#site.request(method, url, { ...cookie, ...headers }, body);
    for (const text of response.headers['set-cookie'] ?? []) this.#keep(text);
    return response;
  }

  #keep(text) {
    const [pair, ...attributes] = text.split(/;\s*/);
    const [name] = pair.split('=');
    const found = Object.fromEntries(attributes.map((attribute) => attribute.toLowerCase().split('=')));
    const path = found.path ?? '/';
    this.#cookies = this.#cookies.filter((cookie) => cookie.name !== name || cookie.path !== path);
    const isOver = Number(found['max-age'] ?? 1) <= 0 || Date.parse(found.expires ?? '9999-01-01') <= Date.now();
    if (!isOver) this.#cookies.push({ name, path, pair });
  }
}
