"""Every page of the officers, as addresses that can be opened on the small catalogue."""

from collections.abc import Callable

PLACE, REGION, GHANA = "gn:3128026", "iso:ES-CT", "gn:2306104"
Find = Callable[[str], str]
"""Asks a question by its address, and answers with the path of its match."""


def pages(find: Find) -> dict[str, str]:
    """A name and a path for each page."""
    peers = find(f"/find/peers?place={PLACE}&sector=regeneration&stage=implement")
    networks = find(f"/find/networks?place={GHANA}&sector=climate&stage=apply")
    asked = f"want=peers&place={PLACE}"
    return {
        "start": "/",
        "start with an error": "/?missing=yes&q=Nowhere",
        "choosing": "/go?q=San&want=peers",
        "describe": "/describe?name=Getaria",
        "ask: problem": f"/ask/problem?{asked}",
        "ask: subjects": f"/ask/subjects?{asked}",
        "ask: stage, refused": f"/ask/stage?{asked}&sector=housing&answered=stage",
        "ask: mode": f"/ask/mode?{asked}",
        "ask: offers": f"/ask/offers?{asked}",
        "ask: check": f"/ask/check?{asked}&sector=housing&stage=apply",
        "peers": peers,
        "peers as a table": f"{peers}?view=table",
        "peers as a map": f"{peers}?view=map",
        "networks": networks,
        "networks as a table": f"{networks}?view=table",
        "why not": f"{peers}/why-not?place={GHANA}",
        "why not: nothing found": f"{peers}/why-not?q=Nowhere",
        "why not a network": f"{networks}/why-not?q=c40",
        "compare": f"{peers}/compare",
        "compare: differences": f"{peers}/compare?differ=yes",
        "briefing": f"{peers}/brief",
        "briefing of networks": f"{networks}/brief",
        "place": f"/places/{PLACE}",
        "region": f"/places/{REGION}",
        "place: edit": f"/places/{PLACE}/edit",
        "place: correct": f"/places/{PLACE}/correct?field=population",
        "network": "/networks/c40",
        "portfolio: whose": "/portfolio",
        "portfolio": f"/portfolio?place={REGION}",
        "calls": "/calls",
        "developers": "/developers",
        "method": "/developers/method",
        "sources": "/developers/sources",
        "sign in": "/sign-in",
    }
