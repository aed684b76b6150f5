"""Webhooks: the site tells another program what happened."""

import logging
from typing import Any

import httpx2

logger = logging.getLogger(__name__)


async def send_webhook(url: str, message: dict[str, Any]) -> None:
    """Send a message as JSON. If the other program has an error or doesn't respond, write this to the log."""
    try:
        async with httpx2.AsyncClient(timeout=5) as client:
            response = await client.post(url, json=message)
            response.raise_for_status()
    except httpx2.HTTPError as error:
        logger.warning("The webhook failed: %r", error)
