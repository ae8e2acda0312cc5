"""An AG-UI agent for tests: the protocol is the real library's (pydantic-ai, run by uvicorn), only the model behind it is scripted.

What it says follows from the last user message: the first word names a script of `scripts`, and what stands behind it are the script's own
words. So a test chooses an answer by what the shopper says, and the same words give the same events whatever was said before. A script is
asked again after each tool call that was answered, be it in the same run (a tool of the server) or in the next one (a tool of the page,
an approval); `turn.returned` is then not empty.

    python -I -u server.py '{"port": 0, "required_header": "x-api-key"}'

Its first line on stdout is one JSON object with its port and process id. GET /requests tells what has been posted, GET /cancelled which orders
were cancelled. It ends by SIGTERM.
"""

import asyncio
import json
import os
import re
import socket
import sys
from dataclasses import dataclass

import uvicorn
from ag_ui.core import CustomEvent, StateDeltaEvent, StateSnapshotEvent
from pydantic import BaseModel, ConfigDict
from pydantic_ai import Agent, DeferredToolRequests, RunContext, ToolReturn
from pydantic_ai.messages import ToolReturnPart, UserPromptPart
from pydantic_ai.models.function import DeltaThinkingPart, DeltaToolCall, FunctionModel
from pydantic_ai.ui import StateDeps
from pydantic_ai.ui.ag_ui import AGUIAdapter
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

# As long as a person takes to see that an answer grows, and no longer.
pause_ms = 5
requests_kept_max = 100
# In a product's text, for a model that obeys it.
orders = re.compile(r"«(\w+) (\{[^»]*\})»")


class ShopState(BaseModel):
    """What page and agent share: whatever the page sends, and a cart."""

    model_config = ConfigDict(extra="allow")
    cart: list[str] = []


@dataclass
class Turn:
    words: str
    """What stands behind the script's name."""
    said_before: list[str]
    """The user messages before the last one, as they were sent."""
    returned: list[ToolReturnPart]
    """Answers of tools that were called after the last user message."""
    page_tools: list[str]
    """Names of the tools that the page offers in this run."""

    def call_id(self, name):
        """No call of a conversation has the id of another one, and none is drawn."""
        return f"call-{name}-{len(self.said_before) + 1}"


def call(name, tool_call_id, arguments, index=1):
    """A tool call whose arguments come in two pieces, as a model streams them."""
    text = json.dumps(arguments)
    half = len(text) // 2
    yield {index: DeltaToolCall(name, text[:half], tool_call_id=tool_call_id)}
    yield {index: DeltaToolCall(json_args=text[half:])}


async def text(turn):
    for piece in ["Our ", "desk lamp ", "costs **$39.50**", " and ", "is in stock."]:
        yield piece


async def letters(turn):
    """Letters of one to four bytes in UTF-8, among them some of several code points, each code point in an event of its own."""
    for code_point in "Grüße: 你好 👩‍👩‍👧 e\u0301 \"\\\u2028</script>":
        yield code_point


async def tool(turn):
    if turn.returned:
        yield "There are "
        yield f"{turn.returned[-1].content} of them."
        return
    yield "I look."
    for delta in call("stock_of", turn.call_id("stock"), {"sku": "LAMP-1"}):
        yield delta


async def client(turn):
    """The page's first tool: `client` calls it once, `client 2` twice in one run; behind that stand its arguments as JSON."""
    if turn.returned:
        yield "The page says: "
        yield "; ".join(str(part.content) for part in turn.returned)
        return
    if not turn.page_tools:
        yield "The page offers no tool."
        return
    count, _, arguments = turn.words.partition(" ")
    for i in range(int(count or 1)):
        wanted = json.loads(arguments) if arguments else {"sku": f"LAMP-{i + 1}"}
        for delta in call(turn.page_tools[0], turn.call_id(f"page{i + 1}"), wanted, index=i):
            yield delta


async def approve(turn):
    """A call that the shopper must allow; `approve 2` asks for two at once."""
    if turn.returned:
        yield f"So it is: {'; '.join(str(part.content) for part in turn.returned)}"
        return
    yield "I can cancel it."
    for i in range(int(turn.words or 1)):
        for delta in call("cancel_order", turn.call_id(f"cancel{i + 1}"), {"order": 1042 + i}, index=i + 1):
            yield delta


async def reason(turn):
    for piece in ["They ask for ", "a lamp."]:
        yield {0: DeltaThinkingPart(content=piece)}
    yield "A lamp, "
    yield "then."


async def state(turn):
    if turn.returned:
        yield "It is in your cart."
        return
    for delta in call("add_to_cart", turn.call_id("cart"), {"sku": "LAMP-1"}):
        yield delta


async def custom(turn):
    """An event that the protocol knows by no name."""
    if turn.returned:
        yield "This one."
        return
    for delta in call("find_products", turn.call_id("find"), {"query": "lamp"}):
        yield delta


async def fail(turn):
    """In mid-answer; `fail first` before any of it."""
    if turn.words != "first":
        yield "The price is "
        yield "$1"
    raise RuntimeError("The model has gone away.")
    yield  # makes it a stream where nothing was said


async def slow(turn):
    """`slow 200 50`: so many sentences with so many milliseconds between them. The last says that it is the last."""
    count, _, wait_ms = turn.words.partition(" ")
    count = int(count or 300)
    for i in range(1, count + 1):
        yield f"Lamp {i} costs ${100 + i}.50. "
        await asyncio.sleep(int(wait_ms or 50) / 1000)
    yield f"That was all {count}."


async def recall(turn):
    """What the page has sent of the conversation."""
    yield f"Before this you said {len(turn.said_before)} things"
    yield "".join(f"; {said}" for said in turn.said_before)


async def obey(turn):
    """`obey 7`: says what the catalogue says of its product 7, and does whatever stands there between « and »: `name {arguments}` is a
    call. What follows `then` is done once those have been answered, and after that `done` is said."""
    text = options["products"][int(turn.words)]
    told, _, later = text.partition("«then»")
    if turn.returned and len(turn.returned) > len(orders.findall(told)):
        yield "done"
        return
    if not turn.returned:
        yield told
    elif not later:
        yield "done"
        return
    for i, (name, arguments) in enumerate(orders.findall(later if turn.returned else told)):
        call_id = turn.call_id(f"{name}{i + 1}{'-again' if turn.returned else ''}")
        for delta in call(name, call_id, json.loads(arguments), index=i + 1):
            yield delta


async def unknown(turn):
    yield f"I know these scripts: {', '.join(scripts)}."


scripts = {
    script.__name__: script
    for script in (text, letters, tool, client, approve, reason, state, custom, fail, slow, recall, obey)
}


def plain(content):
    """A user message's text, of which the library makes one string or a list of parts."""
    return content if isinstance(content, str) else "".join(part for part in content if isinstance(part, str))


async def model(messages, info):
    said = []
    returned = []
    for message in messages:
        for part in message.parts:
            if isinstance(part, UserPromptPart):
                said.append(plain(part.content))
                returned = []
            elif isinstance(part, ToolReturnPart):
                returned.append(part)
    name, _, words = (said[-1] if said else "").partition(" ")
    page_tools = [offered.name for offered in info.function_tools if offered.kind == "external"]
    turn = Turn(words, said[:-1], returned, page_tools)
    async for piece in scripts.get(name.lower(), unknown)(turn):
        yield piece
        await asyncio.sleep(pause_ms / 1000)


agent = Agent(
    FunctionModel(stream_function=model, model_name="scripted"),
    deps_type=StateDeps[ShopState],
    output_type=[str, DeferredToolRequests],
)


@agent.tool_plain
def stock_of(sku: str) -> int:
    return 7


@agent.tool_plain(requires_approval=True)
def cancel_order(order: int, note: str = "") -> str:
    cancelled.append(order)
    return f"order {order} is cancelled"


@agent.tool
def add_to_cart(context: RunContext[StateDeps[ShopState]], sku: str) -> ToolReturn:
    cart = context.deps.state.cart
    before = StateSnapshotEvent(snapshot={"cart": list(cart)})
    cart.append(sku)
    added = StateDeltaEvent(delta=[{"op": "add", "path": "/cart/-", "value": sku}])
    return ToolReturn(return_value="added", metadata=[before, added])


@agent.tool_plain
def find_products(query: str) -> ToolReturn:
    products = [{"name": "Desk lamp", "price": "$39.50", "url": "/lamps/1"}]
    return ToolReturn(return_value="one found", metadata=[CustomEvent(name="products", value=products)])


requests = []
cancelled = []


async def run(request):
    body = await request.body()
    requests.append({"headers": dict(request.headers), "body": body.decode(errors="replace")})
    del requests[:-requests_kept_max]
    if options.get("required_header") and options["required_header"] not in request.headers:
        return JSONResponse({"error": "who are you?"}, status_code=401)
    return await AGUIAdapter.dispatch_request(request, agent=agent, deps=StateDeps(ShopState()))


async def tell_requests(request):
    return JSONResponse(requests)


async def tell_cancelled(request):
    return JSONResponse(cancelled)


options = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
app = Starlette(
    routes=[Route("/", run, methods=["POST"]), Route("/requests", tell_requests), Route("/cancelled", tell_cancelled)],
    # A shop's page is on another origin than its agent.
    middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])],
)

if __name__ == "__main__":
    listener = socket.socket()
    # A test that starts it again wants the same port, on which old connections still wait to be forgotten.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", options.get("port", 0)))
    listener.listen(128)
    print(json.dumps({"port": listener.getsockname()[1], "pid": os.getpid()}), flush=True)
    # Who closes it does not wait for the end of a slow answer.
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    uvicorn.Server(config).run(sockets=[listener])
