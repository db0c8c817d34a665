"""Episodes: the list, and one with every revision that was ever shown."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.openapi import refusals
from api.pages import Paging
from api.problems import not_found
from api.routes.parameters import EpisodeId
from api.schemas.episode import EpisodeDetail, EpisodeOut, EpisodeQuery
from api.schemas.page import Listing
from api.schemas.protected import Include
from api.shell import AtHand
from api.views.episode import episode_out

router = APIRouter(prefix="/v1/episodes", tags=["episodes"])


@router.get(
    "",
    operation_id="list_episodes",
    summary="Episodes, newest start first",
    responses=refusals(),
)
def list_episodes(
    shell: AtHand, request: Request, query: Annotated[EpisodeQuery, Query()]
) -> Listing[EpisodeOut]:
    """Return a page of the episodes that fit all filters, each in its newest revision."""
    paging = Paging(request, query, int, int)
    with shell.read() as (transaction, directory):
        rows = transaction.episodes.list(
            paging.page,
            wearer_id=query.wearer_id,
            subject=query.subject,
            kinds=query.kind,
            states=query.state,
        )
    shown, cut = paging.cut(rows, lambda each: (each.episode.started.estimate, each.episode_id))
    return Listing(items=[episode_out(each, directory) for each in shown], **cut._asdict())


@router.get(
    "/{episode_id}",
    operation_id="get_episode",
    summary="One episode",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_episode(shell: AtHand, episode_id: EpisodeId, include: Include = ()) -> EpisodeDetail:
    """Return an episode with its evidence, and every revision that was shown."""
    with shell.read() as (transaction, directory):
        revisions = transaction.episodes.revisions(episode_id)
    if not revisions:
        raise not_found("episode", episode_id)
    reveal = "protected_positions" in include
    shown = [episode_out(each, directory, reveal=reveal) for each in revisions]
    return EpisodeDetail(**dict(shown[-1]), revisions=shown)
