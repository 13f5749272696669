"""Places over HTTP: finding one, looking at one, and adding a neighbourhood."""

from pydantic import BaseModel, ConfigDict, Field

from coop import places
from coop.api import Api
from coop.call import Call
from coop.errors import Conflict, Forbidden
from coop.gazetteer import CREDIT
from coop.ids import Id

api = Api("places")


class PlaceQuery(BaseModel):
    """What is looked for."""

    q: str = Field(min_length=1, max_length=80)
    """How the name begins; case and accents do not count."""
    within: Id | None = None
    """Id of a place in which they lie."""
    limit: int = Field(default=10, ge=1, le=50)


class NeighbourhoodIn(BaseModel):
    """A neighbourhood to add."""

    model_config = ConfigDict(extra="forbid")

    city: Id
    """Id of the city it lies in."""
    name: str = Field(max_length=200)


class Step(BaseModel):
    """A place on the way from the country."""

    id: str
    name: str


class PlaceOut(BaseModel):
    """A place."""

    id: str
    """That of GeoNames, but for neighbourhoods."""
    kind: places.Kind
    country: str
    """ISO 3166-1 alpha-2."""
    name: str
    path: list[Step]
    """From the country down to the place itself."""
    population: int | None
    """Of a region, that of its listed cities; none where it is not known."""


class PlacesOut(BaseModel):
    """Places that were found."""

    items: list[PlaceOut]
    """The most populous first."""
    credit: str
    """Whose the facts are, to be said wherever they are shown (CC BY 4.0)."""


@api.get("/places")
def search_places(call: Call, query: PlaceQuery) -> PlacesOut:
    """Find places whose names begin as asked, the most populous first."""
    within = None if query.within is None else int(query.within)
    found = places.search(call.session, query.q, query.limit, within)
    return PlacesOut(items=[view(card) for card in found], credit=CREDIT)


@api.get("/places/<id:place_id>")
def read_place(call: Call, place_id: int) -> PlaceOut:
    """Show a place, and what it lies in."""
    return view(places.place(call.session, place_id))


@api.post("/places", raises=(Conflict, Forbidden))
def add_neighbourhood(call: Call, body: NeighbourhoodIn) -> PlaceOut:
    """Add a neighbourhood to a city, for everybody to choose; nobody is told who did."""
    return view(
        places.add_neighbourhood(call.session, call.member, call.book, int(body.city), body.name, call.now)
    )


def view(card: places.PlaceCard) -> PlaceOut:
    """Return a place as the API shows it."""
    steps = [Step(id=str(own), name=name) for own, name in zip(card.path, card.names, strict=True)]
    return PlaceOut(
        id=str(card.id),
        kind=card.kind,
        country=card.country,
        name=card.name,
        path=steps,
        population=card.population,
    )
