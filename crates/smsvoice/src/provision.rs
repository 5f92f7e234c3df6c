//! What the commands about configuration sets share: reading the file, reading AWS, telling of it, asking.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use serde::Serialize;
use smsvoice_provision::apply::{Applied, Progress, Run};
use smsvoice_provision::call::Call;
use smsvoice_provision::diff::Diff;
use smsvoice_provision::patience::{Patience, Waiting};
use smsvoice_provision::read::{Found, Reader, Scope};
use smsvoice_provision::world::{Api, SetId};
use smsvoice_provision::write::Writer;
use smsvoice_provision::{Desired, Draft, Faults, SdkConfig, Values, stacks};

use crate::aws::AwsArgs;
use crate::commands::{print_document, print_document_of};
use crate::interrupt::Interrupted;
use crate::output::{Format, FormatArgs};
use crate::{Exit, World};

/// A desired state, and how to reach what it is about.
pub(crate) struct Opened {
    pub(crate) draft: Draft,
    pub(crate) desired: Desired,
    pub(crate) config: SdkConfig,
}

/// Reads a file and fills in its placeholders.
pub(crate) async fn open(path: &Path, text: &str, aws: &AwsArgs, world: &World) -> anyhow::Result<Opened> {
    let draft = Draft::read(&path.display().to_string(), text)?;
    let config = aws.sdk_config(world).await;
    let needed = draft.stacks();
    let stacks = if needed.is_empty() {
        BTreeMap::new()
    } else {
        let config = aws.in_region(config.clone(), None, world)?;
        stacks::outputs(&config, &needed, &Patience::default(), &say_waiting(world)).await?
    };
    let values = Values { variables: world.env.iter().cloned().collect(), stacks };
    let desired = draft.settle(&values)?;
    let here = config.region().map(ToString::to_string);
    if let (false, Some(here), Some(named)) = (aws.is_local(world), &here, &desired.region) {
        anyhow::ensure!(
            here == named,
            "the ARNs in {} are of the region {named}, and the calls would go to {here}; give --region {named}",
            path.display()
        );
    }
    let config = aws.in_region(config, desired.region.as_deref(), world)?;
    Ok(Opened { draft, desired, config })
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

impl Opened {
    /// What there is; with `all`, every set is read in full.
    pub(crate) async fn found(&self, all: bool, world: &World) -> anyhow::Result<Found> {
        let named: BTreeSet<SetId> = self.desired.world.sets.keys().cloned().collect();
        found(&self.config, named, all, world).await
    }

    /// The calls of a difference, or where in the file it asks for too much.
    pub(crate) fn calls(&self, diff: &Diff) -> anyhow::Result<Vec<Call>> {
        Ok(diff.calls().map_err(|no_room| self.draft.fault(&no_room.set, &no_room.to_string()))?)
    }
}

/// What there is, these sets in full; or with `all`, every one.
pub(crate) async fn found(
    config: &SdkConfig,
    named: BTreeSet<SetId>,
    all: bool,
    world: &World,
) -> anyhow::Result<Found> {
    // API v1 is not in every region, so that it is asked only where the file has sets of it.
    let apis = named.iter().map(|id| id.api).chain([Api::V2]).collect();
    let scope = Scope { in_full: (!all).then_some(named), apis };
    Ok(Reader::new(config, Patience::default()).world(&scope, &say_waiting(world)).await?)
}

/// Makes the calls, tells of each, and says what was done and what was not.
pub(crate) async fn carry_out(
    config: &SdkConfig,
    calls: Vec<Call>,
    found: Found,
    run_id: &str,
    patience: Patience,
    format: FormatArgs,
    world: &World,
) -> anyhow::Result<Exit> {
    let stop = stop_on_interrupt();
    let stopped = || stop.load(Ordering::Relaxed);
    let waits = say_waiting(world);
    let notify = |progress: Progress<'_>| match progress {
        Progress::Done(call, at, of) if format.format() == Format::Table => {
            let _ = writeln!(io::stdout(), "done {at}/{of}: {call}");
        }
        Progress::Done(..) => {}
        Progress::Waiting(_, waiting) => waits(waiting),
    };
    let writer = Writer::new(config);
    let run = Run { writer: &writer, arns: found.arns, id: run_id, patience, stopped: &stopped, notify: &notify };
    let Applied { done, not_done, failure } = run.apply(calls).await;
    let account = Account {
        done: done.iter().map(ToString::to_string).collect(),
        not_done: not_done.iter().map(ToString::to_string).collect(),
        error: failure.as_ref().map(ToString::to_string),
    };
    // What was done was told while it was done.
    let text: String = account.not_done.iter().map(|call| format!("not done: {call}\n")).collect();
    print_document_of(format, world, &text, &account, &account.calls())?;
    match failure {
        Some(failure) => Err(anyhow::Error::new(failure).context(format!(
            "{} of {} calls are done; mend the cause and run the same command again, which does the rest",
            done.len(),
            done.len() + not_done.len()
        ))),
        None if not_done.is_empty() => Ok(Exit::Done),
        None => {
            Err(Interrupted("interrupted; what is told as done is done, and the same command does the rest").into())
        }
    }
}

#[derive(Serialize)]
struct Account {
    done: Vec<String>,
    not_done: Vec<String>,
    error: Option<String>,
}

/// One call of an account, as a row.
#[derive(Serialize)]
struct AccountedCall<'a> {
    call: &'a str,
    done: bool,
}

impl Account {
    fn calls(&self) -> Vec<AccountedCall<'_>> {
        let done = self.done.iter().map(|call| AccountedCall { call, done: true });
        done.chain(self.not_done.iter().map(|call| AccountedCall { call, done: false })).collect()
    }
}

/// Asks whether to go on. Without a terminal nobody can say so.
pub(crate) fn agreed(question: &str, yes: bool, world: &World) -> anyhow::Result<bool> {
    if yes {
        return Ok(true);
    }
    anyhow::ensure!(world.answers, "nobody can be asked here, since stdin is no terminal; give --yes if you mean it");
    write!(io::stderr(), "{question} Only \"yes\" is taken as yes: ")?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

/// Prints a plan.
pub(crate) fn print_plan(diff: &Diff, format: FormatArgs, world: &World) -> anyhow::Result<()> {
    print_document(format, world, &diff.text(world.seen && world.colours()), &diff.json())
}

/// A mistake in the file is drawn with its place; it says "error" itself.
pub(crate) fn draw_faults(error: anyhow::Error, world: &World) -> anyhow::Result<Exit> {
    let faults = error.downcast::<Faults>()?;
    writeln!(io::stderr(), "{}", faults.render(world.watched && world.colours()))?;
    Ok(Exit::Failed)
}

/// Tells of each pause, unless nothing but the answer is wanted.
pub(crate) fn say_waiting(world: &World) -> impl Fn(Waiting<'_>) {
    let quiet = world.quiet;
    move |Waiting { failure, pause }| {
        if !quiet {
            let _ = writeln!(io::stderr(), "waiting {:.1} s, then again: {failure}", pause.as_secs_f64());
        }
    }
}

/// Set by the first interrupt, so that no further call begins; the second ends the program.
fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            if flag.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
            let _ = writeln!(io::stderr(), "stopping after this call; once more ends at once");
        }
    });
    stop
}
