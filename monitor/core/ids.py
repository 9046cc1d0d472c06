"""Ids and digests made from content, so that a repeat is recognised. Knows no value types.

Why BLAKE2 and not a faster hash: feeds are hostile, and two texts with one digest would join into one story.
"""

from __future__ import annotations

import hashlib
from typing import NewType

import xxhash

ArticleId = NewType("ArticleId", str)
Digest = NewType("Digest", str)
FeedId = NewType("FeedId", str)
StoryId = NewType("StoryId", str)
AlertId = NewType("AlertId", str)


def content_hash(*parts: str) -> str:
    """32 hex digits over the parts; ("ab", "c") and ("a", "bc") differ."""
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    return digest.hexdigest()


def partition_of(key: str, count: int) -> int:
    """The partition of a key, the same on every back end: xxh64(key) modulo the number of partitions."""
    return xxhash.xxh64_intdigest(key.encode("utf-8", "surrogatepass")) % count
