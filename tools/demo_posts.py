"""The first part of the demo: people join, post photos to audiences, and look at them."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tools.client import Application, send, token_for
from tools.demo_cast import Cast, must

PHOTOS = Path(__file__).resolve().parent.parent / "tests" / "data" / "photos"
PASSWORD = "a quiet garden gate"
PEOPLE = ("ana", "ben", "cleo", "dan", "eve", "finn", "gil", "hugo", "ivy", "jan", "kim", "lou")


def ids(page: Any) -> set[str]:
    """Return the ids of the posts on a feed's page."""
    return {item["post"]["id"] for item in page["items"]}


class Posts(Cast):
    """Members, guilds, photos, posts, seats and feeds."""

    def join(self) -> str:
        """Twelve people join; each signs in as a browser and gives an application a token."""

        def arrive(handle: str) -> Application:
            newcomer = {"handle": handle, "display_name": handle.title(), "password": PASSWORD}
            body = json.dumps(newcomer).encode()
            kind = {"Content-Type": "application/json"}
            send("POST", f"{self.url}/api/v1/members", headers=kind, body=body).expect(201)
            return Application(self.url, handle, token_for(self.url, handle, PASSWORD))

        with ThreadPoolExecutor(4) as pool:
            self.people = dict(zip(PEOPLE, pool.map(arrive, PEOPLE), strict=True))
        self.unknown = self["hugo"].get("/posts/1").expect(404).body
        return "authorization code + PKCE (S256), one token each"

    def found(self) -> str:
        """Ben founds a guild; Ana and Cleo join."""
        guild = {"slug": "bakers", "name": "Bakers", "purpose": "Bread for the whole street."}
        self["ben"].post("/guilds", guild).expect(201)
        for handle in ("ana", "cleo"):
            self[handle].put("/guilds/bakers/members/me").expect(200, 204)
        return "Bakers: Ben (steward), Ana, Cleo"

    def upload(self) -> str:
        """Ana sends three real photos; what is no photo is refused with its reason."""
        for name in ("DSCN0010.jpg", "portrait_3.jpg", "DSCN0042.jpg"):
            number, answer = self["ana"].upload((PHOTOS / name).read_bytes(), f"The photo {name}")
            made = answer.expect(200).json()
            must(len(made["renditions"]) == 3, f"{name} has {len(made['renditions'])} renditions")
            self.photos.append(number)
        portrait = self["ana"].get(f"/uploads/{self.photos[1]}").expect(200).json()
        must(portrait["height"] > portrait["width"], "the rotated photo is not upright")
        refused = [
            self["ana"].upload(data, "none")[1].expect(422).json()["errors"][0]["detail"]
            for data in (b"not a photo at all", (PHOTOS / "DSCN0021.jpg").read_bytes()[:50_000])
        ]
        return f"3 photos, 9 renditions, upright; refused: «{refused[0]}» «{refused[1]}»"

    def publish(self) -> str:
        """Ana publishes for three kinds of audience."""
        audiences: dict[str, dict[str, Any]] = {
            "coop": {},
            "guild": {"see": {"any": [{"guild": "bakers"}]}},
            "people": {
                "see": {"any": [{"member": handle} for handle in ("ben", "cleo", "dan")]},
                "seats": {"max": 2},
            },
        }
        for (name, audience), photo in zip(audiences.items(), self.photos, strict=True):
            body = {"body": f"A photo for the {name}.", "asset_id": photo, "audience": audience}
            self.posts[name] = self["ana"].post("/posts", body).expect(201).json()["id"]
        too_many = {"body": "For everyone and more.", "audience": {"seats": {"max": 100_000}}}
        fault = self["ana"].post("/posts", too_many).expect(422).json()["errors"][0]
        return f"3 posts; a cap of 100000 is refused by {fault['clause']['clause']}"

    def refuse(self) -> str:
        """Whoever is not in the audience gets the bytes of a post that never existed."""
        for handle, post in (("hugo", "guild"), ("eve", "people")):
            answer = self[handle].get(f"/posts/{self.posts[post]}").expect(404)
            must(answer.body == self.unknown, "a hidden post answers other than an unknown one")
            why = self[handle].get(f"/posts/{self.posts[post]}/why").expect(404)
            must(why.body == self.unknown, "the why of a hidden post gives it away")
        self["cleo"].get(f"/posts/{self.posts['guild']}").expect(200)
        return "guild and named posts: 404 for outsiders, byte for byte as unknown"

    def seats(self) -> str:
        """Three friends race for two seats, each four times."""
        path = f"/posts/{self.posts['people']}"
        with ThreadPoolExecutor(12) as pool:
            tries = list(
                pool.map(lambda handle: (handle, self[handle].get(path)), ("ben", "cleo", "dan") * 4)
            )
        seated = {handle for handle, answer in tries if answer.status == 200}
        must(len(seated) == 2, f"{len(seated)} members were seated where two may")
        self.left_out = ({"ben", "cleo", "dan"} - seated).pop()
        self.seated = sorted(seated)[0]
        refused = [answer for handle, answer in tries if handle == self.left_out]
        must(all(answer.body == self.unknown for answer in refused), "a full post gives itself away")
        taken = self["ana"].get(path).expect(200).json()["seats"]["taken"]
        must(taken == 2, f"the author is told {taken} seats")
        return f"exactly 2 seated of 12 tries; {self.left_out.title()} gets 404"

    def media(self) -> str:
        """The photo of a capped post is streamed to who holds a seat, and is clean."""
        post = self[self.seated].get(f"/posts/{self.posts['people']}").expect(200).json()
        address = post["picture"]["renditions"][0]["url"]
        answer = self[self.seated].get(address).expect(200)
        must(answer.headers["cache-control"] == "no-store", "a capped photo may be kept by caches")
        must(answer.body[8:12] == b"WEBP" and b"Exif" not in answer.body, "the rendition is not clean")
        must(self[self.left_out].get(address).expect(404).body == self.unknown, "a copied address opens")
        part = self[self.seated].get(address, Range="bytes=0-99").expect(206)
        must(len(part.body) == 100, "a range is not served")
        return f"{len(answer.body):,} bytes of WebP without EXIF; a copied address: 404"

    def feed(self) -> str:
        """Ben and Cleo read a page; every score is exactly the sum of its terms."""
        for handle in ("ben", "cleo"):
            page = self[handle].get("/feeds/balanced").expect(200).json()
            for item in page["items"]:
                total = sum(term["contribution"] for term in item["why"]["terms"])
                must(total == item["why"]["score"], "contributions do not add up to the score")
            must(self.posts["coop"] in ids(page), f"{handle} does not see the coop's post")
        return f"{len(page['items'])} items, terms add up exactly; the coop's post now has 2 viewers"

    def crowd(self) -> str:
        """Ana posts once more, and everybody comes to see it, those who have seen nothing so far first.

        So a rehearsal that sends some of them away still speaks of enough people to be told.
        """
        body = {"body": "The whole street, from the church tower."}
        self.posts["street"] = post = self["ana"].post("/posts", body).expect(201).json()["id"]
        for handle in reversed(PEOPLE[1:]):
            self[handle].get(f"/posts/{post}").expect(200)
        told = self["ana"].get(f"/posts/{post}/reach").expect(200).json()
        came, least = len(PEOPLE) - 1, told["least_told"]["value"]
        must(told["seated"] == came - came % least, f"the author is told {told['seated']} viewers")
        return f"{came} viewers in a room of 150; its author is told of at least {told['seated']}"
