// What the TypeScript client must do against a running server.
import assert from "node:assert/strict";
import { Counterpart, CounterpartProblem } from "../../clients/typescript/dist/index.js";

const [baseUrl, key] = process.argv.slice(2);
const BILBAO = "gn:3128026";
const counterpart = new Counterpart({ baseUrl, key });

const found = await counterpart.peers(BILBAO, { needs: ["regeneration:implement"], limit: 3 });
assert.equal(found.results.length, 3);
const [best] = found.results;
const sum = best.reasons.reduce((total, { contribution }) => total + contribution, 0);
assert.ok(Math.abs(sum - best.score) < 1e-6);
assert.equal((await counterpart.match(found.match_id)).match_id, found.match_id);
assert.equal((await counterpart.replay(found.match_id)).match_id, found.match_id);
const own = { name: "Rivermouth", kind: "city", country: "PT", population: 240000 };
const joins = await counterpart.collaborations(own, { needs: [{ sector: "climate", stage: "apply" }] });
assert.ok(joins.results[0].collaboration.id);
assert.equal((await counterpart.collaboration("100RC")).successor, "global-resilient-cities-network");
assert.equal((await counterpart.place(BILBAO)).name, "Bilbao");
const names = [];
for await (const place of counterpart.places("b", { limit: 50 })) names.push(place.id);
assert.ok(names.length > 50 && names.length === new Set(names).size);
const { data } = await counterpart.api.GET("/v1/taxonomy");
assert.ok(data.enums.place_kind.includes("city"));

await assert.rejects(counterpart.place("gn:1"), (error) => {
  assert.ok(error instanceof CounterpartProblem);
  assert.equal(error.type, "place-not-found");
  return true;
});
await assert.rejects(counterpart.peers(BILBAO, { limit: 500 }), (error) => {
  assert.equal(error.problem.errors[0].pointer, "/limit");
  return true;
});

const answers = [429, 503, 200];
const flaky = new Counterpart({
  baseUrl: "http://server",
  fetch: async () => new Response("{}", {
    status: answers.shift(),
    headers: { "Content-Type": "application/json", "Retry-After": "0" },
  }),
});
assert.deepEqual((await flaky.api.GET("/v1/taxonomy")).data, {});
assert.deepEqual(answers, []);
