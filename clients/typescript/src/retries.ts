const WAITING = new Set([429, 503]);
const SAFE = new Set(["GET", "HEAD", "PUT", "DELETE"]);
const LONGEST = 60;

const sleep = (seconds: number) => new Promise((done) => setTimeout(done, seconds * 1000));

/** As long as the server says; else longer each time, and not all clients at once. */
function seconds(response: Response | undefined, attempt: number): number {
  const said = response?.headers.get("retry-after") ?? "";
  if (/^\d+$/.test(said)) return Math.min(Number(said), LONGEST);
  return Math.min(0.5 * 2 ** attempt, LONGEST) * (0.75 + Math.random() / 2);
}

/** A fetch that waits and tries again where the server asks for it, or a connection broke. */
export function retrying(inner: typeof fetch, retries: number): (request: Request) => Promise<Response> {
  return async (request) => {
    const repeatable = SAFE.has(request.method) || request.headers.has("Idempotency-Key");
    for (let attempt = 0; ; attempt++) {
      const last = attempt >= retries;
      let response: Response | undefined;
      try {
        response = await inner(request.clone());
      } catch (broken) {
        if (last || !repeatable) throw broken;
      }
      if (response && (last || !WAITING.has(response.status))) return response;
      await response?.body?.cancel();
      await sleep(seconds(response, attempt));
    }
  };
}
