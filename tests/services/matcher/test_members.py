"""The nearest members are those that sorting all of them finds."""

from hypothesis import given
from hypothesis import strategies as st

from services.matcher.members import Member, Roll

a_member = st.tuples(
    st.integers(0, 30), st.sampled_from(["public", "a"]), st.sampled_from(["DE", "FR", "ES"]),
    st.sampled_from([0, 10, 20, 30, 45]),
)  # fmt: skip


@given(st.lists(a_member, max_size=40), st.sampled_from([0, 5, 20, 25, 90]), st.integers(1, 12))
def test_home_comes_first_then_the_nearest_in_size(
    drawn: list[tuple[int, str, str, int]], size: int, count: int
) -> None:
    members = [
        Member(place, tenant, country, residents, f"gn:{place}", {"at": at})
        for at, (place, tenant, country, residents) in enumerate(drawn)
    ]

    def known(member: Member) -> bool:
        return member.tenant == "public" and member.place != 3

    expected = sorted(
        ((m.country != "DE", abs(m.residents - size), m.id, at) for at, m in enumerate(members)
         if known(m)),
    )[:count]  # fmt: skip
    found = Roll(members).nearest(size, "DE", known, count)
    assert [member.shown["at"] for member in found] == [at for *_, at in expected]
