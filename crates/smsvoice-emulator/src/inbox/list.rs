//! The list of messages, with the form that sends one and the filters.

use smsvoice_event::{Channel, KnownType};

use super::{
    Address, SendForm,
    html::{Text, encoded, option},
    row::row,
};
use crate::{account::message::KeptMessage, clock::EpochMs, control::UNDELIVERED, world::World};

/// What the list is made of.
pub(super) struct List<'a> {
    pub(super) world: &'a World,
    pub(super) address: &'a Address,
    pub(super) rows: &'a [(&'a str, &'a KeptMessage)],
    /// Whether there are older ones.
    pub(super) more: bool,
    pub(super) now: EpochMs,
    /// A form that was refused, and why.
    pub(super) refused: Option<(&'a SendForm, &'a str)>,
}

pub(super) fn main(list: &List<'_>) -> String {
    let List { world, address, rows, more, now, refused } = list;
    let shown: String = rows.iter().map(|(key, message)| row(key, message, *now)).collect();
    let empty = match (rows.is_empty(), address.is_plain()) {
        (false, _) => "",
        (true, true) => "<p class=empty>No message yet. Send one with the form, or point an AWS client here.</p>",
        (true, false) => "<p class=empty>No message is so. <a href=/>Show all</a></p>",
    };
    let older = rows.last().filter(|_| *more).map_or(String::new(), |(key, _)| older(address, key));
    format!(
        "<main><aside>{form}{filters}<p class=keys><kbd>j</kbd> <kbd>k</kbd> next, previous · <kbd>n</kbd> new · \
         <kbd>/</kbd> filter</p></aside><section aria-label=Messages><div id=rows data-paged={paged}>{shown}</div>{empty}{older}</section></main>",
        form = form(world, *refused),
        filters = filters(world, address),
        paged = !address.before.is_empty(),
    )
}

/// The form, filled with what was refused, if it was.
fn form(world: &World, refused: Option<(&SendForm, &str)>) -> String {
    let empty = SendForm::default();
    let (filled, error) = refused.map_or((&empty, String::new()), |(form, why)| {
        (form, format!("<p class=error role=alert>Not sent: {}</p>", Text(why)))
    });
    let home = world.home().to_string();
    let place = if filled.place.is_empty() { &home } else { &filled.place };
    let places: String =
        world.accounts().map(|account| account.place.to_string()).map(|p| option(&p, &p, place)).collect();
    let several = world.accounts().count() > 1;
    let sets = world.accounts().flat_map(|account| account.configuration_sets.rows().map(|(name, _)| name));
    let sets: std::collections::BTreeSet<&str> = sets.collect();
    let sets: String = sets.into_iter().map(|name| option(name, name, &filled.set)).collect();
    let numbers: String = world
        .accounts()
        .flat_map(|account| account.phone_numbers.values().map(move |number| (account, number)))
        .map(|(account, number)| {
            let of = if several { format!(" · {}", account.place) } else { String::new() };
            option(
                &number.phone_number_id,
                &format!("{} {}{of}", number.iso_country_code, number.phone_number),
                &filled.from,
            )
        })
        .collect();
    let first = if numbers.is_empty() && filled.from.is_empty() { "new" } else { &filled.from };
    let channels = [("text", "Text"), ("voice", "Voice"), ("media", "Media")];
    format!(
        "<form method=post action=/inbox/send id=send><h2>New message</h2>{error}\
         <label>Channel<select name=channel>{channels}</select></label>{account}\
         <label>To<input name=to type=tel required placeholder=+14255550100 autocomplete=off value=\"{to}\"></label>\
         <label>From<select name=from>{any}{new}{numbers}</select></label>\
         <label>Configuration set<select name=set><option value=\"\">none</option>{sets}</select></label>\
         <label>Message<textarea name=body rows=3>{body}</textarea></label>\
         <fieldset id=media><label>Media address<input name=media placeholder=s3://bucket/picture.png value=\"{media}\"></label>\
         <label class=chooser hidden>or a picture<input type=file accept=\"image/png,image/jpeg,image/gif\"></label>\
         <input type=hidden name=picture></fieldset><button>Send</button></form>",
        channels = channels.iter().map(|(value, shown)| option(value, shown, &filled.channel)).collect::<String>(),
        account =
            if several { format!("<label>Account<select name=place>{places}</select></label>") } else { String::new() },
        any = option("", "any that fits", first),
        new = option("new", "a new US number", first),
        to = Text(&filled.to),
        body = Text(&filled.body),
        media = Text(&filled.media),
    )
}

/// Everything that a message's latest event can say, without its channel, each once.
fn statuses() -> Vec<String> {
    let sent = |known: &&KnownType| matches!(known.channel(), Channel::Text | Channel::Voice | Channel::Media);
    let words = KnownType::ALL.iter().filter(sent).filter_map(|known| known.as_str().split_once('_'));
    let words = words.map(|(_, word)| word.to_owned()).filter(|word| word != "SENT");
    let all: std::collections::BTreeSet<String> = words.collect();
    let own = ["", "accepted", "received", UNDELIVERED].map(str::to_owned);
    own.into_iter().chain(all).collect()
}

fn filters(world: &World, address: &Address) -> String {
    let channels = [("", "all"), ("text", "Text"), ("voice", "Voice"), ("media", "Media")];
    let directions = [("", "both ways"), ("outbound", "sent"), ("inbound", "received")];
    let options = |all: &[(&str, &str)], chosen: &str| -> String {
        all.iter().map(|(value, shown)| option(value, shown, chosen)).collect()
    };
    let label = |status: &str| match status {
        "" => "all".to_owned(),
        UNDELIVERED => "delivery failed".to_owned(),
        other => other.replace('_', " ").to_lowercase(),
    };
    let statuses: String = statuses().iter().map(|one| option(one, &label(one), &address.status)).collect();
    let sets = world.accounts().flat_map(|account| account.configuration_sets.rows().map(|(name, _)| name));
    let sets: std::collections::BTreeSet<&str> =
        sets.chain([address.set.as_str()]).filter(|set| !set.is_empty()).collect();
    let places = world.accounts().map(|account| account.place.to_string());
    let place = format!(
        "<label>Account<select name=place>{}{}</select></label>",
        option("", "all", &address.place),
        places.map(|place| option(&place, &place, &address.place)).collect::<String>()
    );
    let open = if address.is_plain() { "" } else { " open" };
    format!(
        "<details class=card id=filters{open}><summary>Filter</summary><form method=get action=/ id=filter role=search>\
         <label>Number<input name=to value=\"{to}\" inputmode=tel></label><label>Text<input name=text value=\"{text}\"></label>\
         <label>Channel<select name=channel>{channels}</select></label><label>Way<select name=direction>{directions}</select></label>\
         <label>Status<select name=status>{statuses}</select></label>\
         <label>Configuration set<select name=set><option value=\"\">all</option>{sets}</select></label>\
         <label>Context<input name=context value=\"{context}\" placeholder=\"key=value\"></label>{place}\
         <button>Filter</button> <a href=/>all</a></form></details>",
        to = Text(&address.to),
        text = Text(&address.text),
        channels = options(&channels, &address.channel),
        directions = options(&directions, &address.direction),
        sets = sets.into_iter().map(|name| option(name, name, &address.set)).collect::<String>(),
        context = Text(&address.context),
    )
}

fn older(address: &Address, key: &str) -> String {
    let asked: String =
        address.fields().iter().map(|(name, value)| format!("&amp;{name}={}", encoded(value))).collect();
    format!("<p><a href=\"/?before={}{asked}\">Older messages</a></p>", encoded(key))
}
