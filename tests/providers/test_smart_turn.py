"""The smart-turn model itself, where its weights are: what it makes of real speech, on a thread of its own."""

import asyncio
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from switchroom.media.frame import Samples
from switchroom.providers.smart_turn import SmartTurn
from tests.media.echoes import coded, spoken, wide
from tests.media.speech import needs_flite
from tests.virtual_time import run_real

_WHEELS = sorted((Path(__file__).parents[2] / ".venv" / "models").glob("pipecat_ai-*.whl"))
_MODEL = "pipecat/audio/turn/smart_turn/data/smart-turn-v3.2-cpu.onnx"

pytestmark = [
    needs_flite,
    pytest.mark.speech,
    pytest.mark.skipif(not _WHEELS, reason="no smart-turn model; make .venv/models fetches it"),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> SmartTurn:
    with ZipFile(_WHEELS[-1]) as wheel:
        return SmartTurn(Path(wheel.extract(_MODEL, tmp_path_factory.mktemp("model"))))


def telephoned(text: str) -> Samples:
    return np.concatenate([wide(coded(spoken(text))), np.zeros(3200, np.int16)])


def test_whole_sentences_sound_whole(model: SmartTurn) -> None:
    for text in ("My name is Maria Lopez.", "What time do you open?", "Can I speak to a person please?"):
        assert model.likely(telephoned(text)) > 0.8


def test_a_sentence_that_breaks_off_can_sound_so(model: SmartTurn) -> None:
    assert model.likely(telephoned("What time do you")) < 0.5


def test_whoever_asks_while_several_wait_is_not_answered(model: SmartTurn) -> None:
    async def main() -> None:
        answers: list[float] = []
        for _ in range(7):
            model.judge(telephoned("What time do you open?"), answers.append)
        while len(answers) < 4:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert len(answers) == 4
        assert min(answers) > 0.8

    run_real(main())
