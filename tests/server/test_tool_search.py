"""The tools are found by what recruiters say.

Assistants with many tools load only those that a search over names and descriptions finds.
"""

import tomllib
from functools import cache
from pathlib import Path

import anyio
import bm25s
import pytest
import Stemmer

from tests.support.assistant import connected
from tests.support.tool_calls import TOOLS, tools_of

pytestmark = pytest.mark.unmeasured

SENTENCES: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("sentences.toml").read_text(encoding="utf-8")
)
PAIRS = [(tool, sentence) for tool, sentences in SENTENCES.items() for sentence in sentences]


def words_of(text: str) -> list[str]:
    (words,) = bm25s.tokenize(
        text,
        stopwords="en",
        stemmer=Stemmer.Stemmer("english"),
        return_ids=False,
        show_progress=False,
    )
    return list(words)


@cache
def index() -> tuple[list[str], bm25s.BM25]:
    """The names of the tools in their order, and the index of their words."""

    async def listed() -> list[tuple[str, str]]:
        async with connected() as assistant:
            tools = await tools_of(assistant)
        return [(name, tool.description or "") for name, tool in tools.items()]

    tools = anyio.run(listed)
    searched = bm25s.BM25()
    texts = [words_of(f"{name.replace('_', ' ')} {description}") for name, description in tools]
    searched.index(texts, show_progress=False)
    return [name for name, _ in tools], searched


def found_by(sentence: str) -> list[str]:
    """The tools that share a word with a sentence, the best first."""
    names, searched = index()
    scores = searched.get_scores(words_of(sentence))
    best = sorted(range(len(names)), key=lambda place: -scores[place])
    return [names[place] for place in best if scores[place] > 0]


def test_every_tool_has_sentences_and_there_are_sixty_at_least() -> None:
    assert SENTENCES.keys() == set(TOOLS)
    assert all(len(sentences) >= 3 for sentences in SENTENCES.values())
    assert len(PAIRS) == len({sentence for _, sentence in PAIRS}) >= 60


def test_of_sixty_sentences_57_find_the_tool_among_the_first_three_and_48_first() -> None:
    missed = [(tool, sentence) for tool, sentence in PAIRS if tool not in found_by(sentence)[:3]]
    second = [(tool, sentence) for tool, sentence in PAIRS if found_by(sentence)[:1] != [tool]]
    assert len(missed) <= len(PAIRS) * 3 // 60, missed
    assert len(second) <= len(PAIRS) * 12 // 60, second


def test_a_sentence_about_something_else_finds_nothing() -> None:
    assert found_by("zebra xylophone quartz") == []
