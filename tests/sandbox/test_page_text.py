"""How the sandbox's page reads mrkdwn, Markdown and blocks: its own functions, called in a real browser."""

import random
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from sandbox.server import Sandbox
from tests.sandbox.page_app import ARGS, CHROMIUM

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed"),
]

DRAW = """async ([module, name, argument]) => {
    const names = {user: () => null, channel: () => null};
    const place = {names, level: 3, act: () => {}, keep: () => {}};
    const draw = (await import(`/page/${module}`))[name];
    const box = document.createElement("div");
    box.append(draw(argument, module.startsWith("blocks") ? place : names));
    return box.innerHTML;
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page() -> AsyncIterator[Page]:
    async with Sandbox() as sandbox, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        opened = await browser.new_page(timezone_id="UTC")
        await opened.goto(sandbox.url)
        yield opened
        await browser.close()


async def mrkdwn(page: Page, text: str) -> str:
    return str(await page.evaluate(DRAW, ["text/mrkdwn.js", "mrkdwn", text]))


async def markdown(page: Page, text: str) -> str:
    return str(await page.evaluate(DRAW, ["text/markdown.js", "markdown", text]))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~no~ `a*b*`", "<strong>bold</strong> <em>it</em> <s>no</s> <code>a*b*</code>"),
        ("snake_case_name 2*3*4 *not\nhere*", "snake_case_name 2*3*4 *not\nhere*"),
        ("a &lt;b&gt; &amp;amp;", "a &lt;b&gt; &amp;amp;"),
        ("<!here> :eyes: :nosuch:", '<span class="mention mention-me">@here</span> 👀 :nosuch:'),
        ("*_~deep~_*", "<strong><em><s>deep</s></em></strong>"),
        ("<javascript:alert(1)|click>", "&lt;javascript:alert(1)|click&gt;"),
        (
            "<!date^0^{time} on {date_num}|then>",
            '<time title="Jan 1, 1970, 00:00:00">00:00 on 1970-01-01</time>',
        ),
        ("5 < 6 and 7 > 3", "5 &lt; 6 and 7 &gt; 3"),
    ],
)
async def test_mrkdwn_reads_as_slack_reads_it(page: Page, text: str, html: str) -> None:
    assert await mrkdwn(page, text) == f'<div class="lines">{html}</div>'


async def test_mrkdwn_knows_fences_quotes_and_links(page: Page) -> None:
    assert await mrkdwn(page, "```\na *b*\n```") == "<pre>a *b*</pre>"
    assert await mrkdwn(page, "&gt; one\n&gt; two") == "<blockquote>one\ntwo</blockquote>"
    drawn = await mrkdwn(page, "<https://a.example/?x=1&amp;y=2|label>")
    assert 'href="https://a.example/?x=1&amp;y=2"' in drawn
    assert 'rel="noopener noreferrer nofollow"' in drawn
    assert ">label</a>" in drawn


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b** *i* ~~s~~ `c`", "<p><strong>b</strong> <em>i</em> <s>s</s> <code>c</code></p>"),
        ("- a\n  - b\n- c", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"),
        ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
        ("> q\n> *r*", "<blockquote><p>q\n<em>r</em></p></blockquote>"),
        ("```py\nx = 1\n```", '<pre data-language="py">x = 1</pre>'),
        ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>"),
        ("<b>no html</b>", "<p>&lt;b&gt;no html&lt;/b&gt;</p>"),
    ],
)
async def test_markdown_is_real_markdown(page: Page, text: str, html: str) -> None:
    assert await markdown(page, text) == html


async def test_a_markdown_table_keeps_its_alignment(page: Page) -> None:
    drawn = await markdown(page, "| a | b |\n|:--|--:|\n| `x|y` | 2 |")
    assert '<td class="to-left"><code>x|y</code></td><td class="to-right">2</td>' in drawn


async def test_unknown_and_malformed_blocks_are_shown_raw(page: Page) -> None:
    blocks = [{"type": "hologram", "depth": 3}, {"type": "table"}, {"type": "constructor"}, None]
    drawn = str(await page.evaluate(DRAW, ["blocks/block.js", "blocks", blocks]))
    assert drawn.count('class="raw"') == 4
    assert '"depth": 3' in drawn
    assert "malformed" in drawn


async def test_no_text_loses_words_or_makes_foreign_elements(page: Page) -> None:
    chance = random.Random(7)
    pieces = [*"*_~`<>:&|[]()!#-\n\\ ", "```", "**", "> ", "- ", "1. "]
    pieces += ["https://a.example/b", "<@U1>", "word", "é", "&amp;"]
    texts = ["".join(chance.choices(pieces, k=chance.randint(1, 60))) for _ in range(400)]
    found = await page.evaluate(
        """async (texts) => {
            const names = {user: () => null, channel: () => null};
            const {mrkdwn} = await import("/page/text/mrkdwn.js");
            const {markdown} = await import("/page/text/markdown.js");
            const tags = new Set();
            const lost = [];
            const words = (text) => (text.match(/word/g) ?? []).length;
            for (const text of texts) for (const draw of [mrkdwn, markdown]) {
                const box = document.createElement("div");
                box.append(draw(text, names));
                for (const node of box.querySelectorAll("*")) tags.add(node.localName);
                const hidden = [...box.querySelectorAll("a, pre, [title]")]
                    .map((node) => `${node.href} ${node.title} ${node.dataset.language}`).join();
                if (words(text) > words(box.textContent) + words(hidden)) lost.push([draw.name, text]);
            }
            return {tags: [...tags], lost};
        }""",
        texts,
    )
    allowed = (
        "a span strong em s code pre blockquote div p ul ol li hr br table thead tbody tr th td input time"
    )
    assert set(found["tags"]) <= set(allowed.split())
    assert found["lost"] == []


async def test_pathological_text_is_drawn(page: Page) -> None:
    """A pattern that tries for ever on one of these runs into the time that every test has."""
    pieces = "* *a _a < ` ~~ [a]( ![ > - :a **a &lt; |- \\ <@ https://".split()
    pieces += ["* ", "_a ", "> ", "- ", "- a\n", ">a\n", "<\n", "`\n", "|a|\n|-|\n", "  - a\n", "1. "]
    drawn = await page.evaluate(
        """async (texts) => {
            const names = {user: () => null, channel: () => null};
            const {mrkdwn} = await import("/page/text/mrkdwn.js");
            const {markdown} = await import("/page/text/markdown.js");
            const words = (drawn) => [drawn].flat().map((one) => one.textContent ?? one).join("").length;
            return texts.map((text) => words(mrkdwn(text, names)) + words(markdown(text, names)));
        }""",
        [piece * (40_000 // len(piece)) for piece in pieces],
    )
    assert [piece for piece, letters in zip(pieces, drawn, strict=True) if not letters] == []
