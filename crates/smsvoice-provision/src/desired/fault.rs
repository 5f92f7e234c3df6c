//! Mistakes in the file, each told with file, line, column and a mark under what is wrong.

use std::error::Error;
use std::fmt;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Bytes of the source.
    place: Range<usize>,
    /// What is wrong, and what to do.
    message: String,
    /// Another place that has to do with it, and how.
    beside: Option<(Range<usize>, String)>,
}

impl Fault {
    pub(super) fn at(place: Range<usize>, message: impl Into<String>) -> Self {
        Self { place, message: message.into(), beside: None }
    }

    pub(super) fn beside(self, place: Range<usize>, what: impl Into<String>) -> Self {
        Self { beside: Some((place, what.into())), ..self }
    }
}

/// All mistakes of one file. Displayed without colours; [`Faults::render`] draws them for a terminal.
#[derive(Clone, Debug)]
pub struct Faults {
    path: String,
    source: String,
    all: Vec<Fault>,
}

impl Faults {
    pub(super) fn new(path: &str, source: &str, faults: Vec<Fault>) -> Self {
        Self { path: path.to_owned(), source: source.to_owned(), all: faults }
    }

    /// All of them, as text of several lines without a line feed at its end.
    pub fn render(&self, coloured: bool) -> String {
        let renderer = if coloured { Renderer::styled() } else { Renderer::plain() };
        let drawn: Vec<_> = self.all.iter().map(|fault| self.draw(fault, &renderer)).collect();
        drawn.join("\n\n")
    }

    fn draw(&self, fault: &Fault, renderer: &Renderer) -> String {
        let within = |place: &Range<usize>| place.start.min(self.source.len())..place.end.min(self.source.len());
        let mark = AnnotationKind::Primary.span(within(&fault.place));
        let snippet = Snippet::source(self.source.as_str()).path(self.path.as_str()).annotation(mark);
        let beside = fault.beside.iter();
        let beside = beside.map(|(place, what)| AnnotationKind::Context.span(within(place)).label(what.as_str()));
        let group = Level::ERROR.primary_title(fault.message.as_str()).element(snippet.annotations(beside));
        renderer.render(&[group])
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl Error for Faults {}
