//! Placeholders: `${NAME}` is a variable of the environment, `${NAME:-value}` one with a value for when it is not set or
//! empty, `${stack:STACK.Output}` an output of a CloudFormation stack, and `$${` stands for `${` itself.

use std::ops::Range;

use toml::Spanned;

use super::{Fault, Values};

/// A piece of a text.
#[derive(Debug, PartialEq)]
enum Piece<'t> {
    Plain(&'t str),
    /// Its name, and its value where the environment has none.
    Variable(&'t str, Option<&'t str>),
    Output(&'t str, &'t str),
    /// What stands between the braces, or behind `${` if nothing closes it, and what is wrong with it.
    Malformed(&'t str, &'static str),
}

/// The stacks whose outputs a text names.
pub(super) fn stacks(text: &str) -> Vec<String> {
    let stack = |piece| if let Piece::Output(stack, _) = piece { Some(stack.to_owned()) } else { None };
    pieces(text).into_iter().filter_map(stack).collect()
}

/// The text with its placeholders filled in.
pub(super) fn fill(text: &Spanned<String>, source: &str, values: &Values) -> Result<String, Fault> {
    let mut filled = String::new();
    for piece in pieces(text.get_ref()) {
        let fault = |written: &str, message: String| Err(Fault::at(place_of(written, text.span(), source), message));
        match piece {
            Piece::Plain(plain) => filled += plain,
            Piece::Variable(name, Some(default)) => {
                let value = values.variables.get(name).filter(|value| !value.is_empty());
                filled += value.map_or(default, String::as_str);
            }
            Piece::Variable(name, None) => {
                let Some(value) = values.variables.get(name) else {
                    let message = format!("the environment has no variable {name}; set it, or write the value here");
                    return fault(&format!("${{{name}}}"), message);
                };
                filled += value;
            }
            Piece::Output(stack, output) => {
                match values.stacks.get(stack).map(|outputs| (outputs, outputs.get(output))) {
                    Some((_, Some(value))) => filled += value,
                    Some((outputs, None)) => {
                        let names: Vec<_> = outputs.keys().map(String::as_str).collect();
                        let has = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
                        let message = format!("the stack {stack} has no output {output}; its outputs: {has}");
                        return fault(&format!("${{stack:{stack}.{output}}}"), message);
                    }
                    None => {
                        return fault(
                            &format!("${{stack:{stack}.{output}}}"),
                            format!("there is no stack {stack} here"),
                        );
                    }
                }
            }
            Piece::Malformed(inner, message) => return fault(&format!("${{{inner}"), message.to_owned()),
        }
    }
    Ok(filled)
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        if rest[..at].ends_with('$') {
            // `$${`: all but the first dollar sign is meant as it is written.
            pieces.extend([Piece::Plain(&rest[..at - 1]), Piece::Plain("${")]);
            rest = &rest[at + 2..];
            continue;
        }
        pieces.push(Piece::Plain(&rest[..at]));
        let inner = &rest[at + 2..];
        let Some(end) = inner.find('}') else {
            pieces.push(Piece::Malformed(inner, "nothing closes this placeholder: `}` is missing"));
            return pieces;
        };
        pieces.push(placeholder(&inner[..end]));
        rest = &inner[end + 1..];
    }
    pieces.push(Piece::Plain(rest));
    pieces
}

const FORMS: &str = "a placeholder is ${VARIABLE}, ${VARIABLE:-default} or ${stack:NAME.Output}";

fn placeholder(inner: &str) -> Piece<'_> {
    let is_name = |name: &str, more: &[char]| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(&c))
    };
    match inner.split_once(':') {
        Some(("stack", rest)) => match rest.split_once('.') {
            Some((stack, output)) if is_name(stack, &['-']) && is_name(output, &[]) => Piece::Output(stack, output),
            _ => Piece::Malformed(inner, "an output of a stack is written ${stack:NAME.Output}"),
        },
        Some((name, rest)) if rest.starts_with('-') && is_name(name, &['_']) => Piece::Variable(name, Some(&rest[1..])),
        None if is_name(inner, &['_']) => Piece::Variable(inner, None),
        Some(_) | None => Piece::Malformed(inner, FORMS),
    }
}

/// Where `written` stands in the source of a text; the whole text if it is written with escapes.
fn place_of(written: &str, text: Range<usize>, source: &str) -> Range<usize> {
    let found = source.get(text.clone()).and_then(|raw| raw.find(written));
    found.map_or(text.clone(), |at| text.start + at..text.start + at + written.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_what_is_plain() {
        use Piece::{Malformed, Output, Plain, Variable};
        assert_eq!(pieces("a${B_1}c"), [Plain("a"), Variable("B_1", None), Plain("c")]);
        assert_eq!(pieces("${A:-b:c}"), [Plain(""), Variable("A", Some("b:c")), Plain("")]);
        assert_eq!(pieces("${stack:my-stack.Out}"), [Plain(""), Output("my-stack", "Out"), Plain("")]);
        assert_eq!(pieces("$5 and $${x}"), [Plain("$5 and "), Plain("${"), Plain("x}")]);
        for malformed in ["${", "${}", "${stack:x}", "${stack:.Y}", "${a b}", "${ssm:x}"] {
            assert!(pieces(malformed).iter().any(|piece| matches!(piece, Malformed(..))), "{malformed}");
        }
        assert_eq!(stacks("${stack:a.B}-${X}-${stack:c.D}"), ["a", "c"]);
    }
}
