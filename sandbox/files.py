"""Uploaded files: announce, upload, complete. Bytes stay in memory, at most 50 MB for all; the oldest go first."""

import uuid
from dataclasses import dataclass

from sandbox.wire import JsonObject, SlackError

MOST_BYTES = 50 * 1024 * 1024


@dataclass(slots=True)
class File:
    """One file on its way or there; `content` None until uploaded."""

    id: str
    name: str
    length: int
    key: str
    title: str = ""
    content: bytes | None = None

    def as_json(self, url: str) -> JsonObject:
        """Return the file object that messages carry; *url* is the sandbox's address."""
        link = f"{url}/files/{self.id}/{self.name}"
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "size": self.length,
            "mode": "hosted",
            "is_external": False,
            "url_private": link,
            "permalink": link,
        }


class Files:
    """All files by id."""

    def __init__(self) -> None:
        self.by_id: dict[str, File] = {}
        self._by_key: dict[str, File] = {}

    def announce(self, name: str, length: int) -> File:
        """Make room for a file of *length* bytes."""
        if length <= 0:
            raise SlackError("invalid_arguments")
        if length > MOST_BYTES:
            raise SlackError("file_too_large")
        while sum(each.length for each in self.by_id.values()) + length > MOST_BYTES:
            oldest = next(iter(self.by_id.values()))
            del self.by_id[oldest.id], self._by_key[oldest.key]
        made = File(f"F{uuid.uuid4().hex[:10].upper()}", name, length, uuid.uuid4().hex)
        self.by_id[made.id] = self._by_key[made.key] = made
        return made

    def receive(self, key: str, content: bytes) -> bool:
        """Take the bytes for an announced file; False when nothing was announced or the length differs."""
        file = self._by_key.get(key)
        if file is None or len(content) != file.length:
            return False
        file.content = content
        return True

    def delete(self, id: str) -> bool:  # noqa: A002 - Slack's own word
        """Take a file away; False when it is not here."""
        file = self.by_id.pop(id, None)
        if file is not None:
            del self._by_key[file.key]
        return file is not None

    def check_shown(self, blocks: list[JsonObject]) -> None:
        """Raise SlackError("invalid_blocks") when an image shows a file that is not here, as Slack does."""
        shown = [block["slack_file"] for block in blocks if isinstance(block.get("slack_file"), dict)]
        known = {each.id for each in self.by_id.values() if each.content is not None}
        if any("id" in file and file["id"] not in known for file in shown):
            raise SlackError("invalid_blocks")

    def complete(self, file_id: str, title: str) -> File:
        """Return an uploaded file under its title; SlackError("file_not_found")."""
        file = self.by_id.get(file_id)
        if file is None or file.content is None:
            raise SlackError("file_not_found")
        file.title = title
        return file
