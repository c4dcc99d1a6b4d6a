"""Small changes to a really captured file, for what this kernel cannot do to packets."""


def apply(text, capture):
    """Changes the pcap file `capture` as `text` says ("" changes nothing)."""
    if text:
        raise ValueError(f"unknown transform {text!r}")
