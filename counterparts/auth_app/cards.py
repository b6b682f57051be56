"""The people who can be chosen, each with what would stand on a card."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Card:
    """A fictitious card. ``birthdate`` is YYYYMMDD, ``gender`` "1" or "2", ``address`` one string."""

    id: str
    name: str
    kana: str
    address: str
    birthdate: str
    gender: str
    story: bool = False
    note: str = ""


class Cards:
    """All cards of a file."""

    def __init__(self, cards: list[Card]) -> None:
        self._by_id = {card.id: card for card in cards}
        self._searchable = [(_folded(f"{card.name}{card.kana}{card.address}"), card) for card in cards]
        self.story = [card for card in cards if card.story]

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, card_id: str) -> Card | None:
        """The card with this id."""
        return self._by_id.get(card_id)

    def search(self, words: str, limit: int = 30) -> list[Card]:
        """Cards whose name, reading and address hold every one of ``words``."""
        wanted = [_folded(word) for word in words.split()]
        found = []
        for searchable, card in self._searchable:
            if all(word in searchable for word in wanted):
                found.append(card)
                if len(found) == limit:
                    break
        return found


def _folded(value: str) -> str:
    return "".join(value.split()).casefold()


def load_cards(path: Path) -> Cards:
    """Raises ValueError, KeyError or TypeError for a file that is not as described in the package's docstring."""
    return Cards(
        [
            Card(
                id=str(entry["id"]),
                name=entry["name"],
                kana=entry.get("kana", ""),
                address=entry["address"],
                birthdate=entry["birthdate"],
                gender=entry["gender"],
                story=bool(entry.get("story", False)),
                note=entry.get("note", ""),
            )
            for entry in json.loads(path.read_text(encoding="utf-8"))
        ]
    )
