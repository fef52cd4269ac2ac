"""Being told of changes while they happen: bells between processes, and who follows them.

A bell says "look again at this topic" and carries nothing. Whoever hears it asks anew whether
they may still listen, and reads the state as their own actor.
"""

from tenants.live.bells import listening, ring
from tenants.live.following import AccessEnded, Change, News, Watch, follow
from tenants.live.places import NoPlace, place

__all__ = [
    "AccessEnded",
    "Change",
    "News",
    "NoPlace",
    "Watch",
    "follow",
    "listening",
    "place",
    "ring",
]
