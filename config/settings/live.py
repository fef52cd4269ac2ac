"""Streams of events: heartbeats, patience, and how many there may be (docs/live.md)."""

#: How often a silent stream gives a sign, and is asked whether its token still lives [s].
LIVE_HEARTBEAT_SECONDS = 15.0
#: How often followers look for changes while Redis cannot tell of them [s].
LIVE_LOOK_ANYWAY_SECONDS = 5.0
#: How long a websocket may take to say who it is [s].
LIVE_INIT_SECONDS = 5.0
#: Largest message that a websocket may send [bytes]; a subscription is a short text.
LIVE_MAX_MESSAGE_BYTES = 100_000
#: Subscriptions of one websocket.
LIVE_MAX_OF_CONNECTION = 50
#: Streams and websockets of one token or person, and of one tenant, in each process.
LIVE_MAX_PLACES_OF_ACTOR = 100
LIVE_MAX_PLACES_OF_TENANT = 1_000
