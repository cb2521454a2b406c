"""Guides that users of other systems know, line by line: what each line asks for, and where it stands in the product."""
import re


class Line:
    """A line of a guide: the place that answers it and the words that stand there."""

    def __init__(self, name, place, *words, better=None):
        #: `better` says why the product does what the line asks for in another way.
        self.name, self.place, self.words, self.better = name, place, words, better

    def missing(self, seen):
        """The words that are not where they should be."""
        text = plain(seen[self.place])
        return [words for words in self.words if plain(words) not in text]


class Seen(dict):
    """What a walk through a guide saw, by the name of the place."""

    def note(self, place, visitor, name=None):
        """Keeps everything that a page says: its text, its fields' labels and values, its buttons. What each is stands before it, so
        that a line can ask for a label or an error and is not answered by the same words elsewhere."""
        self[place] = visitor.driver.execute_script(
            """for (const details of document.querySelectorAll("details")) details.open = true;
            const each = (selector, name, text) => [...document.querySelectorAll(selector)].filter((part) => part.getClientRects().length > 0)
                .map((part) => `[${name}] ${text(part)}`);
            const words = (part) => part.innerText.replace(/\\s+/g, " ");
            return [document.body.innerText, ...each("main label", "label", words), ...each("main button, main a", "button", words),
                ...each("#error", "error", words),
                ...each("main input:not([type=hidden]):not(.unseen)", "field", (field) => field.value)].join("\\n");""")
        visitor.shot(name or place.replace(" ", "-"))
        return visitor


def plain(text):
    """Words as they are compared: one kind of blank and of apostrophe, small letters."""
    return re.sub(r"\s+", " ", text.replace("\u2019", "'").replace("\u00a0", " ")).lower()


def cases(lines):
    """The lines as arguments of a test that bears their names."""
    import pytest
    return pytest.mark.parametrize("line", lines, ids=[line.name for line in lines])
