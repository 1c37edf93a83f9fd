// Requests to the JSON API. Every change carries the session's CSRF token.

let csrf = "";

export function setCsrf(token) {
  csrf = token;
}

export class ApiError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function request(method, path, body, sound = false) {
  const headers = { Accept: "application/json" };
  const file = body instanceof Blob;
  if (method !== "GET") headers["X-CSRF-Token"] = csrf;
  if (body !== undefined) headers["Content-Type"] = file ? "application/octet-stream" : "application/json";
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined || file ? body : JSON.stringify(body),
      credentials: "same-origin",
    });
  } catch {
    throw new ApiError(0, "unreachable", "The server does not answer. Try again in a moment.");
  }
  if (response.ok && sound) return response.blob();
  const data = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return data;
  throw new ApiError(
    response.status,
    data?.error ?? "error",
    data?.message ?? `The server answered ${response.status}.`,
  );
}

export const get = (path) => request("GET", path);
export const post = (path, body = {}) => request("POST", path, body);
export const postForSound = (path, body = {}) => request("POST", path, body, true);
export const put = (path, body = {}) => request("PUT", path, body);

export function signInAgain() {
  const here = location.pathname + location.search;
  location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
}
