"""What is loaded for good is not looked through by the garbage collector."""

import gc

from engine.resident import loading_beside


def test_what_is_loaded_beside_an_engine_is_out_of_the_collectors_sight() -> None:
    """Nothing is looked through meanwhile nor afterwards, and then collecting goes on."""
    looked_through: list[str] = []
    gc.callbacks.append(lambda phase, _info: looked_through.append(phase))
    try:
        with loading_beside():
            loaded = [[number] for number in range(200_000)]
            assert not looked_through
        frozen = gc.get_freeze_count()
        assert not looked_through
    finally:
        gc.callbacks.pop()
        gc.unfreeze()
    assert gc.isenabled()
    assert frozen >= len(loaded)
