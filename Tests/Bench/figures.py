"""How a bench says what it measured: one form for all, and the last line of each is its main figure.

`NAME ours=1.234 peer=2.345 ratio=1.90`: the ratio says how many times better ours is than the peer, or than the limit that
stands in for one. What falls short is said on a line of its own before; the exit status says that it was measured, whatever the figure."""


def figure(name, ours, peer, ratio):
    print(f"{name} ours={ours:.3f} peer={peer:.3f} ratio={ratio:.2f}", flush=True)


def times(name, ours, peer):
    """Of two durations, or amounts of memory: less is better."""
    figure(name, ours, peer, peer / ours)


def rates(name, ours, peer):
    """Of two rates: more is better."""
    figure(name, ours, peer, ours / peer)


def wanted(name, holds, words):
    """Says where a figure falls short of what is asked for."""
    if not holds:
        print(f"{name} FALLS SHORT: {words}", flush=True)
