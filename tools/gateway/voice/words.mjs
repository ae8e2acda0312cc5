// What the agent says of its own accord. Everything else it says comes from the shop's assistant.

export const notices = {
  deaf: 'I am sorry, I cannot hear you in this shop: it has no speech recognition. Please type to me, and I will answer aloud.',
  mute: 'I cannot speak at the moment. My answers are here in writing.',
  recognition_failed: 'Sorry, I could not make out the words just now. Please say it again, or type it.',
  nothing_heard: 'Sorry, I did not catch that. Please say it again, or type it.',
  answer_failed: 'Sorry, I could not get an answer just now. Please try again in a moment.',
  hearing_used_up:
    'I have listened for as long as I may at the moment. Please type to me: I go on answering here, and hear you again later.',
  speech_used_up: 'I have spoken for as long as I may at the moment. My answers go on here in writing.',
  too_fast: 'That is a lot at once. Please give me a moment, then try again.',
};

/** The end of a text that was cut at what was heard. */
export const cutMark = '…';
