"""A network as its page shows it."""

from dataclasses import dataclass

from services.matcher.briefing.sources import Sources, sources_of
from services.matcher.catalogue import Catalogue
from services.matcher.features import Facts
from services.matcher.pages.views.evidence import Sentence, rule_lines
from services.matcher.pages.words import PageWording, sentence

MEMBERS = 40


@dataclass(frozen=True)
class NetworkView:
    id: str
    name: str
    about: str
    says: str
    facts: list[tuple[str, str]]
    rules: list[Sentence]
    rules_known: bool
    obligations: list[str]
    obligations_original: list[str]
    members: list[tuple[str, str]]
    more_members: int
    successor: tuple[str, str] | None
    sources: list[str]


def network_view(catalogue: Catalogue, row: int, tenant: str, words: PageWording) -> NetworkView:
    """A collaboration's record in words."""
    snapshot = catalogue.snapshot
    record = snapshot.collaborations[row]
    ties = [t for t in snapshot.ties.of_collaboration(row) if t.tenant in ("public", tenant)]
    members = sorted(
        (str(snapshot.places.facts(tie.place)["name"]), snapshot.places.id(tie.place))
        for tie in ties
    )
    duties = record.get("obligations", ())
    return NetworkView(
        id=record["id"],
        name=record["name"],
        about=_about(record, words),
        says=record.get("description", ""),
        facts=_facts(record, words),
        rules=rule_lines(
            [{**r, "outcome": "", "status": "claim"} for r in record.get("rules", ())], words
        ),
        rules_known=bool(record.get("entry_rules_known")),
        obligations=[said for text in duties if (said := words.of_catalogue(text))],
        obligations_original=[text for text in duties if words.of_catalogue(text) is None],
        members=[(key, name) for name, key in members[:MEMBERS]],
        more_members=max(len(members) - MEMBERS, 0),
        successor=_successor(catalogue, record, tenant),
        sources=_sources(record, words),
    )


def _sources(record: Facts, words: PageWording) -> list[str]:
    """Each work once, with all the lines of it."""
    cited = Sources()
    cited.cite(sources_of(record.get("provenance", {}).values()))
    return cited.listed(words)


def _about(record: Facts, words: PageWording) -> str:
    parts = [words.term("type", record["type"]), words.term("theme", record["theme"])]
    return sentence(" · ".join(parts))


def _successor(catalogue: Catalogue, record: Facts, tenant: str) -> tuple[str, str] | None:
    if not record.get("successor"):
        return None
    row = catalogue.collaboration(record["successor"], tenant)
    found = catalogue.snapshot.collaborations[row]
    return found["id"], found["name"]


def _facts(record: Facts, words: PageWording) -> list[tuple[str, str]]:
    """The facts that are on file, in the order an officer asks for them."""
    stages = [s["stage"] for s in record.get("stages", ())]
    fee, grant = record.get("fee"), record.get("grant")
    shown = {
        "intake": words.term("intake", record.get("intake", "unknown")),
        "ends": words.format_field(record["ends"], "date") if record.get("ends") else "",
        "sectors": words.format_field(record["sectors"], "sector") if record.get("sectors") else "",
        "stages": words.format_field(stages, "stage") if stages else "",
        "goals": words.format_field(record["goals"], "goal") if record.get("goals") else "",
        "fee": f"{words.money(fee)} ({words.term('period', fee['period'])})" if fee else "",
        "grant": words.money(grant["up_to"]) if grant else "",
        "effort": words.format_field(record["effort_days"], "number")
        if record.get("effort_days")
        else "",
        "members": words.format_field(record["member_count"], "number")
        if record.get("member_count")
        else "",
        "founded": str(record.get("founded", "")),
        "confirmed": words.format_field(record["last_confirmed"], "date")
        if record.get("last_confirmed")
        else "",
    }
    return [(words.text(f"network.fact_{k}", {}), v) for k, v in shown.items() if v]
