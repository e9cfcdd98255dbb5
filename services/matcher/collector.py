"""Python's collector of cycles: spared what stays, and kept from holding up who asks."""

import gc

# An answer makes some thousand objects and lets go of all but ten or so, which are remembered:
# looked through at Python's own 700 they are looked through several times an answer, and there is
# nothing to be found. So many take 2 ms.
NEW = 5_000
# Those that outlived a look are looked through as seldom as if it were at 20,000 new ones.
LOOKS = 40


def let_stay() -> None:
    """What there is now stays (a snapshot, a compiler): it need not be walked at each turn."""
    gc.freeze()
    gc.set_threshold(NEW, LOOKS, gc.get_threshold()[2])
