//! A line as it is typed: what each key makes of it, with a history. What draws it and reads keys is the prompt's.

use console::Key;

/// How many queries are remembered.
const REMEMBERED: usize = 1_000;

/// What follows from a key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The line is to be drawn again.
    Draw,
    /// The line is done.
    Line(String),
    /// Ctrl-C: nobody wants what was begun.
    Drop,
    /// Ctrl-D on an empty line: nobody wants anything more.
    Leave,
}

/// A line, the place in it where somebody types, and the lines before it.
#[derive(Debug, Default)]
pub(super) struct Editor {
    line: Vec<char>,
    at: usize,
    history: Vec<String>,
    /// Which line of the history is looked at, and the line that was typed before that.
    looked_at: Option<(usize, Vec<char>)>,
}

impl Editor {
    /// With lines of before, the oldest first.
    pub(super) fn new(history: impl IntoIterator<Item = String>) -> Self {
        let mut editor = Self::default();
        history.into_iter().for_each(|line| editor.remember(&line));
        editor
    }

    /// Keeps a line in the history, once.
    pub(super) fn remember(&mut self, line: &str) {
        self.history.retain(|known| known != line);
        self.history.push(line.to_owned());
        let many = self.history.len().saturating_sub(REMEMBERED);
        self.history.drain(..many);
    }

    /// As much of the line as fits, and the column in it where somebody types.
    pub(super) fn seen(&self, width: usize) -> (String, usize) {
        let wide = |chars: &[char]| console::measure_text_width(&chars.iter().collect::<String>());
        let mut from = 0;
        while wide(&self.line[from..self.at]) >= width.max(1) {
            from += 1;
        }
        let mut to = self.line.len();
        while to > self.at && wide(&self.line[from..to]) >= width.max(1) {
            to -= 1;
        }
        (self.line[from..to].iter().collect(), wide(&self.line[from..self.at]))
    }

    /// Takes a key.
    pub(super) fn take(&mut self, key: &Key) -> Step {
        match key {
            Key::Enter => return Step::Line(self.emptied()),
            Key::CtrlC => {
                self.emptied();
                return Step::Drop;
            }
            Key::Char('\u{4}') if self.line.is_empty() => return Step::Leave,
            Key::Backspace if self.at > 0 => {
                self.at -= 1;
                self.line.remove(self.at);
            }
            Key::Del | Key::Char('\u{4}') if self.at < self.line.len() => drop(self.line.remove(self.at)),
            Key::ArrowLeft => self.at = self.at.saturating_sub(1),
            Key::ArrowRight => self.at = (self.at + 1).min(self.line.len()),
            Key::Home => self.at = 0,
            Key::End => self.at = self.line.len(),
            Key::ArrowUp => self.look(true),
            Key::ArrowDown => self.look(false),
            Key::Char('\u{15}') => drop(self.line.drain(..std::mem::take(&mut self.at))), // Ctrl-U
            Key::Char('\u{b}') => self.line.truncate(self.at),                            // Ctrl-K
            Key::Char('\u{17}') => self.drop_word(),                                      // Ctrl-W
            Key::Tab => self.put(' '),
            Key::Char(typed) if !typed.is_control() => self.put(*typed),
            _ => {}
        }
        Step::Draw
    }

    fn put(&mut self, typed: char) {
        self.line.insert(self.at, typed);
        self.at += 1;
    }

    fn emptied(&mut self) -> String {
        (self.at, self.looked_at) = (0, None);
        std::mem::take(&mut self.line).into_iter().collect()
    }

    /// The word before the place, with the blanks behind it.
    fn drop_word(&mut self) {
        let is_blank = |at: usize| self.line[at - 1].is_whitespace();
        let mut from = self.at;
        while from > 0 && is_blank(from) {
            from -= 1;
        }
        while from > 0 && !is_blank(from) {
            from -= 1;
        }
        self.line.drain(from..self.at);
        self.at = from;
    }

    /// Goes to the line before or behind, in the history.
    fn look(&mut self, before: bool) {
        let (at, typed) = self.looked_at.take().unwrap_or_else(|| (self.history.len(), self.line.clone()));
        let at = if before { at.saturating_sub(1) } else { (at + 1).min(self.history.len()) };
        self.line = self.history.get(at).map_or_else(|| typed.clone(), |line| line.chars().collect());
        self.looked_at = (at < self.history.len()).then_some((at, typed));
        self.at = self.line.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(editor: &mut Editor, text: &str) {
        for c in text.chars() {
            assert_eq!(editor.take(&Key::Char(c)), Step::Draw);
        }
    }

    fn taken(editor: &mut Editor, keys: &[Key]) {
        for key in keys {
            assert_eq!(editor.take(key), Step::Draw);
        }
    }

    #[test]
    fn keys_edit_the_line_where_the_cursor_is() {
        let mut editor = Editor::default();
        typed(&mut editor, "SELCT 12 now");
        taken(&mut editor, &[Key::Char('\u{17}'), Key::Backspace, Key::Backspace]);
        taken(&mut editor, &[Key::Home, Key::ArrowRight, Key::ArrowRight, Key::ArrowRight]);
        typed(&mut editor, "E");
        assert_eq!(editor.seen(80), ("SELECT 1".to_owned(), 4));
        taken(&mut editor, &[Key::Char('\u{b}')]);
        typed(&mut editor, "CTé 2");
        taken(&mut editor, &[Key::ArrowLeft, Key::ArrowLeft, Key::ArrowLeft, Key::Del, Key::End]);
        assert_eq!(editor.take(&Key::Enter), Step::Line("SELECT 2".to_owned()));
        assert_eq!(editor.take(&Key::Enter), Step::Line(String::new()));
    }

    #[test]
    fn the_history_is_gone_through_and_what_was_typed_is_not_lost() {
        let mut editor = Editor::new(["first".to_owned(), "second".to_owned(), "first".to_owned()]);
        typed(&mut editor, "third");
        let mut seen = Vec::new();
        for key in [Key::ArrowUp, Key::ArrowUp, Key::ArrowUp, Key::ArrowDown, Key::ArrowDown, Key::ArrowDown] {
            taken(&mut editor, &[key]);
            seen.push(editor.seen(80).0);
        }
        assert_eq!(seen, ["first", "second", "second", "first", "third", "third"]);
    }

    #[test]
    fn ctrl_d_leaves_an_empty_line_alone_and_ctrl_c_drops_what_was_begun() {
        let mut editor = Editor::default();
        typed(&mut editor, "SELECT");
        taken(&mut editor, &[Key::Char('\u{4}')]);
        assert_eq!(editor.take(&Key::CtrlC), Step::Drop);
        assert_eq!(editor.seen(80), (String::new(), 0));
        assert_eq!(editor.take(&Key::Char('\u{4}')), Step::Leave);
    }

    #[test]
    fn a_line_that_is_longer_than_the_screen_is_seen_where_it_is_typed() {
        let mut editor = Editor::default();
        typed(&mut editor, "0123456789");
        assert_eq!(editor.seen(6), ("56789".to_owned(), 5));
        taken(&mut editor, &[Key::Home]);
        assert_eq!(editor.seen(6), ("01234".to_owned(), 0));
    }
}
