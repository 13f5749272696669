"""A browser without scripts: it reads the HTML that it is given, and sends the forms that stand in it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import BinaryIO
from urllib.parse import urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Said = str | tuple[BinaryIO, str]
"""What is typed into a field, or chosen for it: a file and its name."""
VOID = frozenset({"meta", "link", "input", "img", "br", "hr"})


@dataclass
class Form:
    """A form as it stands on a page."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    """Radio buttons, options and buttons that say something, by name."""
    files: set[str] = field(default_factory=set)
    """Names of the fields for which a file may be chosen."""


class Page(HTMLParser):
    """What a page says, and the forms on it."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.status = response.status_code
        self.html = response.text
        self.headers = response.headers
        self.address = response.request.url
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.forms: list[Form] = []
        self.said: list[str] = []
        self.open: list[str] = []
        self._textarea = self._select = ""
        self.feed(self.html)

    @property
    def text(self) -> str:
        """Everything that is written on the page, spaces made single."""
        return " ".join(" ".join(self.said).split())

    def named(self, name: str) -> list[dict[str, str]]:
        """The attributes of every element of that name."""
        return [attributes for tag, attributes in self.tags if tag == name]

    def form(self, action: str) -> Form:
        """The form that is sent there."""
        found = [form for form in self.forms if form.action == action]
        assert len(found) == 1, [form.action for form in self.forms]
        return found[0]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)
        name = attributes.get("name", "")
        if tag == "form":
            self.forms.append(Form(attributes.get("action", ""), attributes.get("method", "get")))
        elif tag == "input" and attributes.get("type") == "radio":
            self.forms[-1].choices.setdefault(name, []).append(attributes["value"])
            if "checked" in attributes:
                self.forms[-1].values[name] = attributes["value"]
        elif tag == "input" and attributes.get("type") == "checkbox":
            self.forms[-1].choices.setdefault(name, []).append("on")
            if "checked" in attributes:
                self.forms[-1].values[name] = "on"
        elif tag == "input" and attributes.get("type") == "file":
            self.forms[-1].files.add(name)
        elif tag == "input" and name:
            self.forms[-1].values[name] = attributes.get("value", "")
        elif tag == "button" and name:
            self.forms[-1].choices.setdefault(name, []).append(attributes["value"])
        elif tag == "textarea":
            self._textarea = name
            self.forms[-1].values[name] = ""
        elif tag == "select":
            self._select = name
            self.forms[-1].values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID or tag in ("path", "rect", "circle", "ellipse"):
            return
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()
        if tag == "textarea":
            self._textarea = ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.said.append(data)
        if self._textarea:
            # HTML drops the newline that follows the tag.
            self.forms[-1].values[self._textarea] += data.removeprefix("\n")
        elif self.open and self.open[-1] == "option":
            attributes = self.tags[-1][1]
            value = attributes.get("value", data)
            self.forms[-1].choices.setdefault(self._select, []).append(value)
            if "selected" in attributes:
                self.forms[-1].values[self._select] = value


@dataclass
class Browser:
    """One person's browser."""

    http: FlaskClient

    def get(self, path: str) -> Page:
        return Page(self.http.get(path))

    def send(self, page: Page, action: str, **said: Said) -> TestResponse:
        """Fill in a form of the page and send it; what is not said stays as it stands there."""
        form = page.form(action)
        assert said.keys() <= form.values.keys() | form.choices.keys() | form.files, form
        return self.http.post(action, data=form.values | said, headers={"Referer": page.address})

    def sent(self, page: Page, action: str, **said: Said) -> Page:
        """Send a form that is carried out, and return the page that follows."""
        answer = self.send(page, action, **said)
        assert answer.status_code == 303, answer.text
        there = urlsplit(answer.headers["Location"])
        return self.get(f"{there.path}?{there.query}" if there.query else there.path)
