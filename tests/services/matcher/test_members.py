"""The nearest members are those that sorting all of them finds."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from services.matcher.members import SHOWN, Member, Roll

a_member = st.tuples(
    st.integers(0, 30), st.sampled_from(["public", "a"]), st.sampled_from(["DE", "FR", "ES"]),
)  # fmt: skip
SIZES = [0, 10, 20, 30, 45]


@given(st.lists(a_member, max_size=40), st.sampled_from([0, 5, 20, 25, 90]), st.integers(1, 12))
def test_home_comes_first_then_the_nearest_in_size(
    drawn: list[tuple[int, str, str]], size: int, count: int
) -> None:
    members = [
        Member(
            place, tenant, country, SIZES[place % 5], f"gn:{place}", {"at": at},
            orjson.dumps({"at": at}),
        )
        for at, (place, tenant, country) in enumerate(drawn)
    ]  # fmt: skip
    roll = Roll(members)
    for tenant in ("public", "a", "b"):
        known = [m.tenant in ("public", tenant) and m.place != 3 for m in members]
        expected = sorted(
            (m.country != "DE", abs(m.residents - size), m.id, at)
            for at, m in enumerate(members) if known[at]
        )[:count]  # fmt: skip
        found = roll.nearest(size, "DE", 3, tenant, count)
        assert [member.shown["at"] for member in found] == [at for *_, at in expected]
        # Asked again, the smallest come from memory.
        for but in (3, None, 3, None):
            inside, nearest = (
                roll.inside(size, "DE", but, tenant), roll.nearest(size, "DE", but, tenant, SHOWN),
            )  # fmt: skip
            assert orjson.loads(inside.written or b"[]") == [one.shown for one in nearest]
            assert [*inside.at_home] == [one for one in nearest if one.country == "DE"]
