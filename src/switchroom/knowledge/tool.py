"""Looking things up, as a tool of an agent."""

from switchroom.flow.tools import Occasion, tool
from switchroom.identity import AgentId, TenantId
from switchroom.knowledge.library import Library, Shelf
from switchroom.knowledge.ranking import telling
from switchroom.ports import Values


class Lookup:
    """What any agent may call that has documents."""

    def __init__(self, library: Library) -> None:
        self._library = library

    @tool(returns=("status", "answer", "source", "passages"), filler="Let me look that up.", limit=4.0, read_only=True)
    async def search_knowledge(self, occasion: Occasion, question: str) -> Values:
        """Look up facts in the documents of this business: before you answer a question about it, and when you are not sure.

        Give the caller's question in a few telling words. ``passages`` are numbered, each with its source: say only what they say,
        and if ``status`` is nothing, say that you do not know. Name the source only when asked.
        """
        exchange = occasion.exchange
        shelf = Shelf(TenantId(exchange.tenant), AgentId(exchange.agent) if exchange.agent else None)
        found = await self._library.search(shelf, question)
        if not found:
            return {"status": "nothing", "answer": "", "source": "", "passages": ""}
        numbered = [f"[{number}] {one.citation}\n{one.passage.text}" for number, one in enumerate(found, 1)]
        return {
            "status": "found",
            "answer": telling(question, found[0].passage.text),
            "source": found[0].citation,
            "passages": "\n\n".join(numbered),
        }
