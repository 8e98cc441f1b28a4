//! Direct conversations with colleagues in the Americas and in London.

use super::super::offices::{BLOOM, FINCH, JOAN, KEZIA, RAVI, THEO, THIAGO, XIMENA};
use super::super::script::{
    EN, NONE, Place, Script, Shape, Who::Me, ack, ask, due, figure, newcomer, old, propose, talk,
};

/// The conversations.
pub(in crate::demo) static DIRECT_WEST: &[Script] = &[
    talk(Place::Direct, "").cn(13).dawn().says(&[
        old(BLOOM, EN, "Redlines for the standard agreement are back from outside counsel. Clause 7.2 stays."),
        old(Me, EN, "Understood, I'll tell the two leads that asked for it."),
        ask(BLOOM, EN, "Good morning! Did {cn} ever send the countersigned annex, or is my folder just missing it?"),
        ask(BLOOM, EN, "And which entity did they sign with in the end, the Florida one or the one back home?").re(1),
    ]),
    talk(Place::Direct, "").cn(9).dawn().says(&[
        old(FINCH, EN, "Cheers for the intro to {own}, lovely call."),
        ask(FINCH, EN, "Before I write to them again: is {own} at {cn} happier with e-mail or with WhatsApp? I seem to get nothing back by e-mail."),
        figure(FINCH, EN, "And could you tell me how many of their creators were live at all this month? I need one number for the London deck."),
    ]),
    talk(Place::Direct, "").cn(19).dawn().says(&[
        old(XIMENA, EN, "I'm back from leave, send me whatever piled up for the Spanish-speaking CNs."),
        old(Me, EN, "Welcome back! Nothing on fire."),
        ask(XIMENA, EN, "Is it ok if I join your weekly with {cn}? Only to listen and to help with the Spanish."),
        newcomer(XIMENA, EN, "Also met somebody for you at the Monterrey meetup: {s:0} runs {sc:0}, around {30-60} creators, wants to open a US network. Said I'd hand over the contact, phone is in the card."),
    ]),
    talk(Place::Direct, "").cn(6).dawn().says(&[
        old(THIAGO, EN, "Sent you the São Paulo calendar of holidays, watch out for the 20th."),
        figure(THIAGO, EN, "Bom dia! What did {cn} close {m-1} with, diamonds and LIVE hours? My copy of the report stops on the 24th."),
        figure(THIAGO, EN, "And this month so far, if you have it at hand?").re(1),
    ]),
    talk(Place::Direct, "").says(&[
        old(THEO, EN, "Swapped Thursday with you, you owe me a taco."),
        old(Me, EN, "Deal 🌮"),
        ask(THEO, EN, "Which snippet do you use when an owner asks why the tier dropped? Mine sounds like a tax letter."),
        ack(THEO, NONE, "🌮🌮🏽🙏🏿").sticker(),
    ]),
    talk(Place::Direct, "").says(&[
        old(Me, EN, "I forwarded you the two Atlanta ones, they are closer to your patch."),
        old(KEZIA, EN, "Perfect, already talking to one of them."),
        newcomer(
            KEZIA,
            EN,
            "[Forwarded chat, 3 messages]\n{s:1}: hi, I coach {20-45} live sellers and singers in Tacoma, company is {sc:1}\n{s:1}: how do I apply to be a network?\nKezia: that is Ana's region, I'll pass you over!",
        )
        .shape(Shape::Forward),
        ack(KEZIA, EN, "all yours, I won't touch it 🙂").re(1),
    ]),
    talk(Place::Direct, "").says(&[
        old(JOAN, EN, "Great job on the quarter review, the portfolio page was the clearest of all four."),
        old(Me, EN, "Thank you! I'll send you the list of CNs at risk by Friday.").promise(4),
        due(JOAN, EN, "Need your three asks for the planning round, one line each, by 5pm PT. Rough is fine.", "by 5pm PT"),
        propose(JOAN, EN, "Separately: can you find 30 minutes this week for you, me and Jiahe in Shanghai? Evening our time works, send me two or three options."),
    ]),
    talk(Place::Direct, "").says(&[
        old(RAVI, EN, "Can you cover the Denver webinar on the 3rd? I'm at my sister's wedding."),
        old(Me, EN, "Of course, enjoy it! Put me in the invite."),
        ack(RAVI, EN, "You're a star. Invite sent, slides are already in there 💛"),
    ]),
];
