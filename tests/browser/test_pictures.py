"""Pictures as a browser draws them: where text really is, in every style and view."""

from __future__ import annotations

from itertools import product

import pytest
from playwright.sync_api import Page

from stepgrad.app.config import Settings
from stepgrad.app.gallery import gallery
from stepgrad.app.options import Options
from stepgrad.app.pipeline import Pipeline

STRAY = """() => [...document.querySelectorAll('svg')].flatMap((svg) => {
    const {width, height} = svg.viewBox.baseVal, found = [];
    const middle = (b) => ({x: b.x, width: b.width, y: b.y + 0.22 * b.height, height: 0.5 * b.height});
    const apart = (a, b) => a.x + a.width <= b.x + 0.3 || b.x + b.width <= a.x + 0.3;
    const meet = (a, b) => !apart(a, b) && a.y + 0.3 < b.y + b.height && b.y + 0.3 < a.y + a.height;
    const inside = (p, b) => p.x > b.x && p.x < b.x + b.width && p.y > b.y && p.y < b.y + b.height;
    const texts = [...svg.querySelectorAll('text')].map((text) => [text, text.getBBox()]);
    const shapes = [...svg.querySelectorAll('rect.box, .op')].map((shape) => shape.getBBox());
    const points = [...svg.querySelectorAll('.line, .arrow')].flatMap((path) => {
        const count = Math.ceil(path.getTotalLength() / 4);
        return Array.from({length: count + 1}, (_, i) => path.getPointAtLength(4 * i)); });
    texts.forEach(([text, box], i) => {
        const here = middle(box), say = (what) => found.push(`${text.outerHTML} ${what}`);
        if (box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height) say('leaves the picture');
        for (const [other, its] of texts.slice(0, i)) if (meet(here, middle(its))) say(`is on ${other.outerHTML}`);
        if (text.closest('.edge') && shapes.some((shape) => meet(here, shape))) say('is on a box');
        if (text.closest('.edge') && points.some((point) => inside(point, here))) say('is crossed by a line');
    });
    return found; })"""


@pytest.mark.parametrize(("style", "dir"), list(product(("micrograd", "compact"), ("LR", "TB"))))
def test_no_text_meets_another_or_a_line(page: Page, style: str, dir: str) -> None:
    pipeline = Pipeline(Settings())
    for view in (
        {"edges": "local", "number": "order"},
        {"edges": "contribution", "color": "grad", "step": "-2"},
        {"edges": "contribution", "quiz": "grad:n0;data:n1", "hide": "constants"},
    ):
        options = Options.read({"style": style, "dir": dir, **view})
        pictures = [pipeline.svg(pipeline.moment(example.source, options)) for example in gallery()]
        page.set_content("".join(pictures))
        page.evaluate("document.fonts.ready")
        assert page.evaluate(STRAY) == [], view
