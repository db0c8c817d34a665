"""Reading MQTT 5: the cuts of the stream change nothing, and no bytes do more than be refused."""

from contextlib import suppress
from itertools import pairwise

import mqtt5
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.sources.link import LinkError
from engine.sources.mqtt_5_reader import Reader

Read = tuple[str, bytes, object]

MESSAGES = st.tuples(
    st.text("abc/é", min_size=1, max_size=40),
    st.one_of(st.binary(max_size=300), st.just(b"x" * 20_000), st.just(b"x" * 300_000)),
    st.integers(0, 65_535),
    st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=2),
)


def packet(message: tuple[str, bytes, int, list[tuple[str, str]]]) -> bytes:
    """Return a PUBLISH by the codec, at QoS 0 where there is no number."""
    topic, payload, number, properties = message
    return mqtt5.PublishPacket(
        topic,
        payload,
        qos=mqtt5.QoS.AT_LEAST_ONCE if number else mqtt5.QoS.AT_MOST_ONCE,
        packet_id=number or None,
        user_properties=properties,
    ).write()


def feed(reader: Reader, data: bytes) -> tuple[list[Read], int]:
    """Give bytes to a reader; return what was delivered, and how many answers came."""
    came: list[Read] = []
    answers = 0
    while data:
        room = reader.room()
        part, data = data[: len(room)], data[len(room) :]
        room[: len(part)] = part
        deliveries, others = reader.read(len(part), 1)
        came += [(each.topic, each.payload, each.token) for each in deliveries]
        answers += len(others)
    return came, answers


@given(st.lists(MESSAGES, max_size=8), st.lists(st.integers(0, 2_000), max_size=6))
def test_however_the_stream_is_cut_every_message_comes_once_in_order(
    messages: list[tuple[str, bytes, int, list[tuple[str, str]]]], cuts: list[int]
) -> None:
    """Messages between acknowledgements, cut anywhere, are those that the codec wrote."""
    puback = mqtt5.PubAckPacket(5).write()
    stream = b"".join(packet(message) + puback for message in messages)
    places = sorted({0, *(min(cut, len(stream)) for cut in cuts), len(stream)})
    reader = Reader()
    came: list[Read] = []
    answers = 0
    for start, end in pairwise(places):
        some, others = feed(reader, stream[start:end])
        came += some
        answers += others
    assert came == [(topic, payload, number) for topic, payload, number, _ in messages]
    assert answers == len(messages)


# At text that is not UTF-8 the codec panics, which Python notes as an error nobody could catch.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@given(st.binary(max_size=64))
@example(b"\x32\xff\xff\xff\xff\x01")
@example(b"\x32\x07\x00\x02\xff\xfe\x00\x01\x00")
@example(b"\xe0\x07\x80\x05\x1f\x00\x02\xff\xfe")
def test_whatever_comes_is_read_or_refused(data: bytes) -> None:
    """Any bytes are deliveries, answers, the beginning of something, or a `LinkError`."""
    with suppress(LinkError):
        feed(Reader(), data)
