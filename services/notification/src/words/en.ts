import type { Words } from './words.ts'

export const en: Words = {
  status: 'final',
  greeting: 'Hello {{ name }},',
  greetingUnnamed: 'Hello,',
  linkOnce: 'The link works once, and for a limited time. If you did not ask for this, you do not need to do anything.',
  signedOff: 'From everyone at {{ place }}',
  whyYou: 'You get this e-mail because something happened that concerns you. You can choose which e-mails you get on your messages page.',
  messages: {
    'request-received': {
      subject: '{{ place }}: you have a new request',
      body: [
        'Somebody has been referred to you.',
        'You can see what they would like, their area and what they need from you to take part. You will see who they are when you accept.',
        'Please answer by the day shown with the request.',
      ],
      action: 'See the request',
    },
    'request-outcome': {
      subject: '{{ place }}: news about a request you have',
      body: ['Somebody has written down how things turned out for a person you support.'],
      action: 'See what was written',
    },
    'request-concluded': {
      subject: '{{ place }}: a request has been closed',
      body: ['A request that you had has been closed. You do not need to do anything.'],
      action: 'See the request',
    },
    'sharing-stopped': {
      subject: '{{ place }}: a person has stopped sharing with you',
      body: [
        'A person who was referred to you no longer agrees to share their information with you. You cannot see it any more.',
        'Please do not contact them about this request. If you hold a copy of their details, follow your own rules for deleting it.',
      ],
      action: 'See your requests',
    },
    'capacity-expired': {
      subject: '{{ place }}: do you still have room?',
      body: [
        'What you told us about how many people you have room for is now out of date, so people who look see that we do not know.',
        'It takes a moment to say how things are today.',
      ],
      action: 'Say whether you have room',
    },
    'assurance-asked': {
      subject: '{{ place }}: is your offer still right?',
      body: [
        'For a long time nobody has said that what everyone reads about your offer is still right.',
        'Please read it and say that it is, or put right what is not. If nobody does, it will stand behind all others for a while and then not be shown any more.',
      ],
      action: 'Look at your offer',
    },
    'offer-hidden': {
      subject: '{{ place }}: your offer is not shown any more',
      body: [
        'We asked whether your offer is still right and heard nothing, so nobody finds it any more.',
        'Nothing of it is lost. As soon as you say that it is right, everyone can find it again.',
      ],
      action: 'Bring your offer back',
    },
    'search-matched': {
      subject: '{{ place }}: there is something new for you',
      body: [
        'You asked to be told when something new fits what you looked for. There is something now.',
        'You can see it, and change of what you are told, or take it back.',
      ],
      action: 'See what is new',
    },
    'request-sent': {
      subject: '{{ place }}: your request has been sent',
      body: [
        'We have sent your request.',
        'They can see what you would like, your area and your access needs. They cannot see who you are unless they accept.',
        'You can change your mind at any time.',
      ],
      action: 'See your request',
    },
    'request-sent-for-you': {
      subject: '{{ place }}: a request has been sent for you',
      body: [
        'The person who is helping you has sent a request for you, as you agreed.',
        'You can see who it went to, what they can see about you, and what happens next. You can change your mind at any time.',
      ],
      action: 'See your request',
    },
    'request-accepted': {
      subject: '{{ place }}: good news about your request',
      body: ['Your request has been accepted. They can now see your name and how to reach you, and will be in touch.'],
      action: 'See what happens next',
    },
    'request-declined': {
      subject: '{{ place }}: news about your request',
      body: [
        'We are sorry: the people we asked cannot help this time. This is not because of anything you did.',
        'They were not shown who you are. There may be others who can help, and you can look together with someone if you like.',
      ],
      action: 'See what you can do next',
    },
    'request-unanswered': {
      subject: '{{ place }}: news about your request',
      body: ['We are sorry that you have had to wait. The people you asked have not answered yet.', 'You can wait a little longer, or ask somebody else.'],
      action: 'See your request',
    },
    'request-concluded-for-you': {
      subject: '{{ place }}: your request has been closed',
      body: ['A request of yours has been closed. You can see why, and you can ask again whenever you like.'],
      action: 'See your request',
    },
    'outcome-for-you': {
      subject: '{{ place }}: news about your request',
      body: ['Somebody has written down how things turned out for you. If it does not sound right, you can say so.'],
      action: 'See what was written',
    },
    'sharing-stopped-for-you': {
      subject: '{{ place }}: we have stopped sharing your information',
      body: ['As was asked for you, we have stopped sharing your information for one of your requests. They cannot see it any more.'],
      action: 'See your request',
    },
    'referral-accepted': {
      subject: '{{ place }}: a referral of yours was accepted',
      body: ['A referral that you sent has been accepted.'],
      action: 'See the referral',
    },
    'referral-declined': {
      subject: '{{ place }}: a referral of yours was declined',
      body: ['A referral that you sent has been declined. You can see the reason, and look for somebody else who can help.'],
      action: 'See the referral',
    },
    'referral-unanswered': {
      subject: '{{ place }}: a referral of yours has had no answer',
      body: ['A referral that you sent was not answered within the promised working days. Somebody should ask, or try elsewhere.'],
      action: 'See the referral',
    },
    'referral-sharing-stopped': {
      subject: '{{ place }}: sharing has stopped for a referral of yours',
      body: ['A person whom you referred no longer agrees to share their information for that referral. Its access has ended.'],
      action: 'See the referral',
    },
    'referral-outcome': {
      subject: '{{ place }}: news about a referral of yours',
      body: ['Somebody has written down how things turned out for a person whom you referred.'],
      action: 'See the referral',
    },
    'referral-concluded': {
      subject: '{{ place }}: a referral of yours was closed',
      body: ['A referral that you sent has been closed. You can see why, and what came of it.'],
      action: 'See the referral',
    },
    'spend-waits-for-vote': {
      subject: '{{ place }}: something waits for your vote',
      body: [
        'A member of a pool you belong to has proposed to pay a bill together.',
        'You can see what it is for and how it is shared. Please approve it or object before the time to decide is over.',
      ],
      action: 'See it and decide',
    },
    'spend-paid': {
      subject: '{{ place }}: a bill you put forward has been paid',
      body: ['Whoever holds the money for your pool has confirmed that they paid the bill you put forward.'],
      action: 'See your pool',
    },
    'spend-refused': {
      subject: '{{ place }}: a bill you put forward will not be paid',
      body: ['The bill you put forward was not approved, so it will not be paid from your pool.', 'Everything that was promised for it is free again.'],
      action: 'See what happened',
    },
    'payment-instructed': {
      subject: '{{ place }}: you are asked to make a payment',
      body: [
        'The members of a pool whose money you hold have agreed to pay a bill, and ask you to pay it.',
        'When you have paid, please confirm the day and your reference.',
      ],
      action: 'See what to pay',
    },
    'membership-invitation': {
      subject: '{{ place }}: a colleague invites you',
      body: [
        'Somebody who looks after an organisation here asks you to act for it with them: to look after what it offers, and to answer who asks for it.',
        'When you have signed in you see which organisation it is. Nothing happens until you say yes, and you can say no.',
        'You need an account for that. If you have none, you can open one with the same link, which works for seven days.',
      ],
      action: 'See the invitation',
    },
    'verify-email': {
      subject: '{{ place }}: confirm your e-mail address',
      body: ['Please confirm that this is your e-mail address. Then you can sign in.'],
      action: 'Confirm my e-mail address',
    },
    'reset-password': {
      subject: '{{ place }}: choose a new password',
      body: ['Somebody, we think you, asked to choose a new password for your account.'],
      action: 'Choose a new password',
    },
    invitation: {
      subject: '{{ place }}: you are invited',
      body: ['You are invited to have an account of your own here. With it you can see what is happening for you, and decide who sees your information.'],
      action: 'Take up the invitation',
    },
  },
}
