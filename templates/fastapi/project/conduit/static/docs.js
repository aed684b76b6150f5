// Draws the docs page. Once there are accounts (step 03), the Authorize button takes a token with or without the
// word "Token" before it, and whoever registers or signs in by "Try it out" is signed in on this page at once, and
// stays so when it is loaded again.

const WORD = "Token ";

function withWord(request) {
  const sent = request.headers.Authorization;
  if (sent && !sent.startsWith(WORD)) {
    request.headers.Authorization = WORD + sent;
  }
  return request;
}

function signIn(answer) {
  const path = new URL(answer.url, location.href).pathname;
  if (!answer.ok || !/^\/api\/users(\/login)?$/.test(path)) {
    return answer;
  }
  const schemes = Object.entries(page.getState().toJS().spec.json.components?.securitySchemes ?? {});
  const scheme = schemes.find(([, { type, name }]) => type === "apiKey" && name === "Authorization");
  if (scheme) {
    page.preauthorizeApiKey(scheme[0], WORD + JSON.parse(answer.text).user.token);
    page.getSystem().authActions.persistAuthorizationIfNeeded();
  }
  return answer;
}

const page = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: true,
  tryItOutEnabled: true,
  requestInterceptor: withWord,
  responseInterceptor: signIn,
});
