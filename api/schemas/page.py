"""What all lists have in common: pages, each beginning where the former one ended."""

from typing import Generic, TypeVar

from pydantic import Field

from api.schemas.fields import Wire

Item = TypeVar("Item")


class PageQuery(Wire):
    """Which part of a list."""

    limit: int = Field(default=100, ge=1, le=1000, description="Most entries on the page.")
    cursor: str | None = Field(
        default=None,
        max_length=1000,
        description="`next_cursor` of the former page, with all other parameters as they were.",
    )


class Listing(Wire, Generic[Item]):
    """One page of a list."""

    items: list[Item] = Field(description="The entries of this page.")
    next_cursor: str | None = Field(
        description="`cursor` of the next page; null on the last one.", examples=[None]
    )
    next: str | None = Field(
        description="Path and query of the next page; null on the last one.",
        examples=["/v1/wearers?limit=100&cursor=WyI3ZjQ5IiwidzEwMCJd"],
    )
