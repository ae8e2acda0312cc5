// Every bound on what the page, the network or storage may cost us. Each is tested at the limit and one past
// it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/time.h"

namespace shopbell::limits {

// Network
inline constexpr std::size_t answer_bytes_max =
    1'000'000;  // one reply, whole or streamed: "10 MB answers" end here
inline constexpr std::size_t event_bytes_max = 256'000;   // one server-sent event
inline constexpr std::size_t refusal_bytes_max = 16'000;  // of an answer that is not 2xx
inline constexpr std::size_t products_max = 20;           // of one `products` event
inline constexpr std::size_t json_depth_max = 64;
inline constexpr std::size_t json_bytes_max = 16'000'000;  // storage and snapshots; answers end sooner
inline constexpr std::size_t json_values_max = 200'000;    // 16 bytes of memory each, keys included
inline constexpr Ms still_working_after = 5_s;             // silence until the shopper is told
inline constexpr Ms silence_max = 30_s;                    // silence until the request is ended
inline constexpr Ms exchange_max = 300_s;  // a stream without end is ended here, however chatty it is
inline constexpr Ms leftover_max = 2_s;    // how long a complete answer's connection may run out
inline constexpr std::size_t detail_bytes_max = 300;  // a server's words in a console line

// Sending
inline constexpr std::size_t outbox_messages_max = 50;
inline constexpr std::size_t sends_a_minute_max = 20;  // spend guard over all of a page's requests
inline constexpr std::size_t tries_max = 5;            // automatic ones; then the shopper decides
inline constexpr Ms backoff_base = 1_s;
inline constexpr Ms backoff_max = 30_s;
inline constexpr Ms retry_after_max = 120_s;  // a longer hint ends in a button instead of a wait

// Sockets
inline constexpr std::size_t frame_bytes_max = 256'000;  // from the server
inline constexpr Ms dial_max = 15_s;                     // opening a socket and being welcomed
inline constexpr Ms redial_at_once = 250_ms;             // after a blip, or a wish of the shopper's, at most
inline constexpr Ms redial_base = 2_s;                   // a server that is away: the first waits, at most
inline constexpr double redial_part = 0.25;              // of the time that it has been away: the later ones
inline constexpr Ms redial_busy = 3_s;                   // more, where the server says "later" and not when
inline constexpr Ms slept_from = 3_s;                    // of difference between the two clocks
inline constexpr Ms dial_stalls_after = 3_s;             // an opening that a nudge begins anew
inline constexpr Ms heartbeat_min = 1_s;                 // whatever the server says
inline constexpr Ms silence_seen_max = 8_s;              // of the server, while the shopper looks
inline constexpr Ms silence_hidden_min = 70_s;  // and behind a hidden page, whose timers come once a minute
inline constexpr Ms probe_grace = 1500_ms;      // for the answer of a peer that was silent, or after a wake
inline constexpr Ms proves_good_after = 10_s;   // a connection that lived so long was good
inline constexpr Ms dial_told_after = 700_ms;   // without a connection that was wanted: it is being opened
inline constexpr Ms loss_told_after = 3_s;      // and then it is missed; most blips end sooner
inline constexpr Ms ack_max = 30_s;             // a message without a word
inline constexpr Ms ticket_age_max = 50_s;      // tickets are good for 60
inline constexpr std::size_t awaited_max = 50;  // replies that have not come

// Calls
inline constexpr Ms call_left_max = 25_s;            // between two pages; the server parks a call for 30
inline constexpr Ms call_told_every = 10_s;          // by the tab that has it, to those that could take it up
inline constexpr Ms call_moves_after = 1500_ms;      // for the next page of the tab that had it comes first
inline constexpr Ms call_moves_apart = 500_ms;       // of several tabs that are seen, at most
inline constexpr Ms call_load_max = 20_s;            // from the microphone to an engine that runs
inline constexpr Ms call_connect_max = 15_s;         // from there to the first word of the server; a ticket
inline constexpr Ms token_wait_max = 10_s;           // for the answer to one request for a room's token
inline constexpr Ms room_asks_apart = 250_ms;        // of tokens, at first
inline constexpr Ms room_word_max = 7_s;             // a room that comes back by itself does so within
inline constexpr Ms room_connect_max = 2_s;          // where there is another way
inline constexpr Ms room_lost_max = 700_ms;          // likewise, of one that was joined
inline constexpr Ms room_offers_text_after = 15_s;   // without its connection, or
inline constexpr Ms room_agent_max = 20_s;           // without an agent
inline constexpr Ms room_agent_called_every = 10_s;  // while there is none, at first
inline constexpr Ms call_word_max = 90_s;            // an engine that reconnects says something within 70
inline constexpr Ms call_last_word_max = 10_s;       // more, for what it has said and we have not read
inline constexpr Ms call_reopened_within = 60_s;     // two engines that died are replaced, not a third

// Conversation
inline constexpr std::size_t rows_stored_max = 50;
inline constexpr std::size_t rows_kept_max = 200;
inline constexpr std::size_t others_max = 200;  // messages of other tabs that are drawn
inline constexpr std::size_t history_turns_max = 20;
inline constexpr Ms session_age_max = 24_h;
inline constexpr Ms session_end_about = 60_s;           // so much sooner it may be over by the server's clock
inline constexpr std::size_t counter_from_units = 200;  // units left when the limit counter appears

// Tools of the page, and what agents ask
inline constexpr std::size_t tools_max = 32;
inline constexpr std::size_t tool_name_bytes_max = 64;     // what models take
inline constexpr std::size_t tool_bytes_max = 8'000;       // of a description or of parameters
inline constexpr std::size_t asks_max = 8;                 // of one run
inline constexpr std::size_t rounds_max = 8;               // of one message: who goes on asking is ended
inline constexpr std::size_t ask_id_bytes_max = 200;       // or of a name
inline constexpr std::size_t arguments_bytes_max = 4'000;  // all of it is shown to the shopper
inline constexpr std::size_t ask_words_bytes_max = 1'000;
inline constexpr std::size_t tool_answer_bytes_max = 16'000;
inline constexpr Ms tool_offered_within = 10_s;  // by a page that was loaded anew
inline constexpr Ms tool_run_max = 60_s;
inline constexpr Ms ask_still_for = 500_ms;  // what has just moved under the pointer is no answer

// Page
inline constexpr std::size_t option_bytes_max = 2'000;
inline constexpr std::size_t option_json_bytes_max = 16'000;  // of one that is an object
inline constexpr std::size_t draft_bytes_max = 100'000;
inline constexpr Ms draft_save_after = 400_ms;
inline constexpr Ms blocked_log_every = 1_s;  // TZ-T4's line, at most so often

}  // namespace shopbell::limits
