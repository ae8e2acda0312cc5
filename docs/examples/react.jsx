import { useEffect } from 'react';
import { init } from 'shopbell';

/** Once, near the root: <Chat apiKey="your-key" onReply={…} />. StrictMode's second run finds the widget of the first. */
export function Chat({ apiKey, onReply }) {
  useEffect(() => {
    const chat = init({ site: 'https://chat.example', follow: 'moving', apiKey, idempotency: 'on' });
    return onReply && chat.on('reply', ({ text }) => onReply(text));
  }, [apiKey, onReply]);
  return null;
}
