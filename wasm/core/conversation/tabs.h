// Tabs: the pages of one shop in one browser. They share storage, and show one conversation.
//
// Theory of operation. Storage is the truth, and every page shows what stands in it. When another page has
// changed a key, the browser says so ("look"); the page then reads what stands there now, so that all of them
// end up with the same, in whichever order they hear of it. A row is put as it is. A message that another tab
// has not settled yet is drawn without buttons: what becomes of it is that tab's affair.
//
// A message is sent by one tab: the one whose name it is stamped with. Each tab holds a Web Lock of its own
// name and waits for those of the others that it has heard of; whoever gets the lock of another name knows
// that its tab has gone. The tab that the shopper sees then stamps that tab's messages anew and sends them:
// it has the connection, or may take it. One that is not seen leaves the lock to the next, and waits for it
// again when it is. The lock is kept by the tab that sends as long as its page lives: the next in line might
// read storage before the new stamps have reached it. So a message has one sender at every moment, over
// reloads, closed tabs and the back-forward cache.
//
// Where a server has welcomed a page, and knows ids, that page also says what waits in the other tabs:
// whoever had the conversation may not hear for long that it has gone, and what waits there was said before
// what is said here. That tab keeps it too, since a welcome may be late: of two pages that believe to have
// the conversation, the server hears one.
//
// A tab that another one has taken the conversation from sends no more: what waits there is stamped with a
// name that no tab has, so that it is left as by a tab that has gone. It asks for it again when it is seen
// anew, or when its shopper takes the conversation back.
//
// A page that storage has failed goes on with what it has, after a trap and after the back-forward cache.
// Then others may have read in storage what it did have, and said it: in the session that all of them know,
// where the server knows ids, saying it again is harmless; anywhere else only the shopper can want it.
//
// Without Web Locks (plain http) the name is handed from page to page through sessionStorage, where it lies
// only between two pages, so that a copied tab does not copy it.
#pragma once

#include <string>
#include <vector>

#include "core/conversation/conversation.h"

namespace shopbell {

class Digest;

class Tabs {
 public:
  explicit Tabs(Conversation& chat) : chat_(chat) {}

  void configure(bool locks) { locks_ = locks; }
  // This page's name; messages are stamped with it.
  const std::string& name() const { return name_; }

  // The page begins, or begins anew, with what storage holds. `before`: the tab's name on the page before.
  void join(const std::string& before, std::vector<Message> messages);
  // Storage did not work: what there is belongs to this page. It may work again, and others see it then.
  void be_alone(std::vector<Message> messages);
  // As before the page was put aside, under a new name: others have the lock of the old one.
  void stay_alone();
  // The page is put aside; it comes back, and has lost its locks.
  void hide();
  void show();

  // Waits for a tab's end.
  void watch(const std::string& tab);
  // The lock of a tab is this page's now: that tab has gone, and its name is given. Empty: it was its own.
  std::string taken(const std::string& lock);
  // Another tab has the conversation: what is not sent is left to it.
  void leave();
  // The shopper sees this page now, or wants the conversation here: what tabs have left is this page's to
  // send.
  void seen();
  // What storage holds of a row, of a message, or of all messages. True: messages of a tab that has gone are
  // this page's now.
  bool loaded(const event::StorageLoaded& answer);
  void digest(Digest& into) const;

 private:
  void take_name();
  void drop_locks();
  void go_on_alone();
  bool is_others(const std::string& id) const;
  bool became_row(const Message& message) const;
  void heed(const Message& stored);
  void draw_others(const Message& message);
  void put_others(const Message& message);
  void row_changed(Row row);
  void message_gone(const std::string& id);
  void drop_settled(std::vector<Message>& messages);
  void adopt_from(const std::string& tab);
  bool adopt(std::vector<Message> messages);

  Conversation& chat_;
  bool locks_ = true;
  std::string name_;
  std::string adopting_;              // the tab that has gone whose messages are being taken over
  std::vector<std::string> watched_;  // tabs whose locks are asked for, or held
  std::vector<std::string> gone_;     // of those, the ones whose locks are held
  std::vector<std::string> others_;   // messages that are drawn, and not ours
};

}  // namespace shopbell
