import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./generated.js";
import { CounterpartProblem, type Problem } from "./problem.js";
import { retrying } from "./retries.js";

export { CounterpartProblem, type Problem };
export type { components, operations, paths } from "./generated.js";

type Schemas = components["schemas"];
/** A need: "sector:stage", "sector:stage:text", or as the contract has it. */
export type Need = string | Schemas["Need"];
/** A place by its id, or as it describes itself. */
export type PlaceLike = string | Schemas["Place"];
type Asked<Request> = Omit<Partial<Request>, "place" | "place_id" | "needs"> & { needs?: Need[] };

export interface Options {
  baseUrl?: string;
  /** A key of the API: cp_… */
  key?: string;
  /** The language of the texts: en, es, fr or pt. */
  language?: string;
  /** How often 429, 503 and broken connections are tried again. */
  retries?: number;
  fetch?: typeof fetch;
}

const PAGE = 100;

function need(said: Need): Schemas["Need"] {
  if (typeof said !== "string") return said;
  const [sector, stage, ...text] = said.split(":");
  const found = { sector, ...(stage ? { stage } : {}), ...(text.length ? { text: text.join(":") } : {}) };
  return found as Schemas["Need"];
}

function body<Request>(place: PlaceLike, { needs, ...more }: Asked<Request>): Request {
  const who = typeof place === "string" ? { place_id: place } : { place };
  return { ...who, ...(needs ? { needs: needs.map(need) } : {}), ...more } as Request;
}

/** What an operation answered; a problem is thrown. */
function answer<Wanted>(said: { data?: unknown; error?: unknown; response: Response }): Wanted {
  if (said.error !== undefined || !said.response.ok) {
    const { status } = said.response;
    const told = typeof said.error === "object" && said.error !== null ? said.error : {};
    throw new CounterpartProblem({
      type: "about:blank",
      title: "Unexpected answer",
      status,
      detail: String(said.error ?? ""),
      ...told,
    } as Problem);
  }
  return said.data as Wanted;
}

/** A Counterpart server: which peers and which collaborations fit a place, and why. */
export class Counterpart {
  /** Every operation of the contract, typed: `counterpart.api.GET("/v1/taxonomy")`. */
  readonly api: Client<paths>;

  constructor(options: Options = {}) {
    const { baseUrl = "http://127.0.0.1:8000", key, language, retries = 3 } = options;
    this.api = createClient<paths>({
      baseUrl,
      fetch: retrying(options.fetch ?? fetch, retries),
      headers: {
        ...(key ? { Authorization: `Bearer ${key}` } : {}),
        ...(language ? { "Accept-Language": language } : {}),
      },
    });
  }

  /** Which places are this one's peers, and why? */
  async peers(place: PlaceLike, asked: Asked<Schemas["PeersRequest"]> = {}): Promise<Schemas["PeersMatch"]> {
    return answer(await this.api.POST("/v1/matches/peers", { body: body(place, asked) }));
  }

  /** Which collaborations fit this place, why, and would they let it in? */
  async collaborations(
    place: PlaceLike,
    asked: Asked<Schemas["CollaborationsRequest"]> = {},
  ): Promise<Schemas["CollaborationsMatch"]> {
    return answer(await this.api.POST("/v1/matches/collaborations", { body: body(place, asked) }));
  }

  async place(place_id: string): Promise<Schemas["PlaceRead"]> {
    return answer(await this.api.GET("/v1/places/{place_id}", { params: { path: { place_id } } }));
  }

  async collaboration(collaboration_id: string): Promise<Schemas["CollaborationRead"]> {
    const params = { path: { collaboration_id } };
    return answer(await this.api.GET("/v1/collaborations/{collaboration_id}", { params }));
  }

  /** Places by the beginning of any name, page after page. */
  async *places(q?: string, more: { country?: string; limit?: number } = {}): AsyncGenerator<Schemas["PlaceSummary"]> {
    let cursor: string | undefined;
    do {
      const query = { limit: PAGE, ...more, ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) };
      const page = answer<Schemas["PlaceList"]>(await this.api.GET("/v1/places", { params: { query } }));
      yield* page.items;
      cursor = page.next ?? undefined;
    } while (cursor);
  }

  async match(match_id: string): Promise<Schemas["RecordedMatch"]> {
    return answer(await this.api.GET("/v1/matches/{match_id}", { params: { path: { match_id } } }));
  }

  async replay(match_id: string): Promise<Schemas["RecordedMatch"]> {
    const params = { path: { match_id } };
    return answer(await this.api.POST("/v1/matches/{match_id}/replay", { params }));
  }
}
