"""Pictures and videos over HTTP.

Law 9: media obeys seats. What is capped or narrowed is streamed under the viewer's own session, each request
and each range authorised anew; only what is open to every member goes by a signed address.
"""

from functools import partial

from sqlalchemy import select
from sqlmodel import col

from audience.asset_access import Delivery, asset_delivery
from coop.api import Api
from coop.call import Call, Later
from coop.errors import NotFound, Unavailable
from media.delivery import by_signed_address, by_stream
from media.images import RENDITION_TYPE
from media.routes.uploads import object_store
from media.tables import Rendition
from media.transcoding import VIDEO_TYPE

api = Api("media")


@api.get(
    "/media/<id:asset_id>/<rendition>",
    public=True,
    produces=(RENDITION_TYPE, VIDEO_TYPE),
    raises=(Unavailable,),
)
def read_media(call: Call, asset_id: int, rendition: str) -> Later:
    """Read one file of a picture or video: its bytes, or a redirect to where it opens for a minute at most.

    Whoever is not signed in reads those of public posts.
    """
    delivery = asset_delivery(call.session, call.identity, call.book, asset_id, call.now)
    file = call.session.scalars(
        select(Rendition).where(col(Rendition.asset_id) == asset_id, col(Rendition.name) == rendition)
    ).one_or_none()
    if file is None:
        raise NotFound
    deliver = by_signed_address if delivery is Delivery.BY_ADDRESS else by_stream
    return Later(partial(deliver, object_store(), file))
