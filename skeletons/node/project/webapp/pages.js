/** Choose the view for each request, and put the HTML of a view into a complete page. */

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Escape a text, so that a browser shows it unchanged. */
export function escape(text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** An application. A table maps each URL path to its view. */
export class Pages {
  #views = new Map();

  constructor(title) {
    this.title = title;
  }

  /** Add a view for a URL path. The view gets the application and the query parameters. */
  add(path, view) {
    this.#views.set(path, view);
  }

  /** Return a complete page with this HTML in its body. */
  page(body, status = 200) {
    const title = escape(this.title);
    return { status, html: `<!DOCTYPE html><title>${title}</title><h1>${title}</h1>${body}` };
  }

  /** Answer a request of `node:http`. */
  handle(request, response) {
    const url = new URL(request.url, 'http://localhost');
    const view = this.#views.get(url.pathname);
    const { status, html } = view ? view(this, url.searchParams) : this.page('<p>Not found.</p>', 404);
    response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' }).end(html);
  }
}
