/** The docs page: Swagger UI, which shows /openapi.json. */

// The button "Authorize" accepts a token with or without the word "Token" (from step 05 on).
function addWord(request) {
  const token = request.headers.Authorization;
  if (token && !token.startsWith('Token ')) request.headers.Authorization = `Token ${token}`;
  return request;
}

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  persistAuthorization: true,
  tryItOutEnabled: true,
  requestInterceptor: addWord,
});
