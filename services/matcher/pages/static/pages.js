// Small additions to whole pages: everything here also works with scripts off.
import { initAll } from "./govuk-frontend.js";

const onReady = (work) => {
  work(document);
  document.addEventListener("htmx:after:swap", () => work(document));
};

// A place typed by any of its names: suggestions from the catalogue; the form works without.
function typeahead(root) {
  for (const box of root.querySelectorAll("[data-place-search]:not([data-ready])")) {
    if (!window.accessibleAutocomplete) return;
    box.dataset.ready = "yes";
    const input = box.querySelector("input[type=text]");
    const chosen = box.querySelector("input[type=hidden]");
    const label = box.querySelector("label");
    const words = box.dataset;
    const name = input.name, id = input.id, described = input.getAttribute("aria-describedby");
    const start = input.value;
    const found = new Map();
    let searching = false;
    const ask = later(async (query, show) => {
      const answer = await fetch(`${words.placeSearch}?q=${encodeURIComponent(query)}&kind=${words.kind || ""}`);
      const items = answer.ok ? await answer.json() : [];
      searching = false;
      found.clear();
      for (const item of items) found.set(item.text, item.id);
      show(items.map((item) => item.text));
    });
    const holder = document.createElement("div");
    input.replaceWith(holder);
    window.accessibleAutocomplete({
      element: holder,
      id,
      name,
      defaultValue: start,
      minLength: 2,
      autoselect: false,
      confirmOnBlur: false,
      showNoOptionsFound: true,
      tNoResults: () => (searching ? words.searching : words.none),
      tStatusQueryTooShort: () => words.short,
      tStatusNoResults: () => (searching ? words.searching : words.none),
      tStatusSelectedOption: (option, length, index) => `${option} (${index + 1}/${length})`,
      tStatusResults: (length) => `${words.found} ${length}`,
      tAssistiveHint: () => words.hint,
      source: (query, show) => { searching = true; ask(query, show); },
      onConfirm: (text) => {
        if (text && found.has(text)) chosen.value = found.get(text);
      },
    });
    const made = holder.querySelector("input");
    if (described) made.setAttribute("aria-describedby", described);
    if (input.required) made.required = true;
    label.htmlFor = id;
    made.addEventListener("input", () => { chosen.value = ""; });
  }
}

function later(work) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...args), 150);
  };
}

// A link to this very page, for a colleague.
function copying(root) {
  for (const button of root.querySelectorAll("[data-copy]:not([data-ready])")) {
    button.dataset.ready = "yes";
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        field.select();
        document.execCommand("copy");
      }
      tell(button.dataset.done);
    });
  }
}

function printing(root) {
  for (const button of root.querySelectorAll("[data-print]:not([data-ready])")) {
    button.dataset.ready = "yes";
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}

export function tell(text) {
  document.getElementById("status").textContent = text;
}

initAll();
onReady(typeahead);
onReady(copying);
onReady(printing);
// After a swap the keyboard stands at the new heading, and its words are said.
document.addEventListener("htmx:after:swap", () => {
  const heading = document.querySelector("[data-heading]");
  if (!heading) return;
  heading.focus({ preventScroll: true });
  tell(heading.textContent.trim());
});
