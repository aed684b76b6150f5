/** The pages. */

export function pageAt(address) {
  if (address === '/') return [200, 'Hello'];
  if (address.startsWith('/words/')) {
    return [200, String(address.slice('/words/'.length).trim().split(/\s+/).length)];
  }
  return [404, `There is nothing at ${address}.`];
}
