import type { Words } from './words.ts'

/** Welsh: a draft until a translator has seen it. */
export const cy: Words = {
  status: 'draft',
  greeting: 'Helo {{ name }},',
  greetingUnnamed: 'Helo,',
  linkOnce: 'Mae’r ddolen yn gweithio unwaith, ac am gyfnod cyfyngedig. Os nad chi ofynnodd am hyn, nid oes angen i chi wneud dim.',
  signedOff: 'Oddi wrth bawb yn {{ place }}',
  whyYou: 'Rydych yn cael yr e-bost hwn am fod rhywbeth wedi digwydd sy’n ymwneud â chi. Gallwch ddewis pa e-byst a gewch ar eich tudalen negeseuon.',
  messages: {
    'request-received': {
      subject: '{{ place }}: mae gennych gais newydd',
      body: [
        'Mae rhywun wedi’i atgyfeirio atoch.',
        'Gallwch weld beth hoffai ei gael, ei ardal a’r hyn sydd ei angen arno i gymryd rhan. Cewch weld pwy ydyw pan fyddwch yn derbyn.',
        'Atebwch erbyn y diwrnod a ddangosir gyda’r cais, os gwelwch yn dda.',
      ],
      action: 'Gweld y cais',
    },
    'request-outcome': {
      subject: '{{ place }}: newyddion am gais sydd gennych',
      body: ['Mae rhywun wedi cofnodi sut yr aeth pethau i berson rydych yn ei gefnogi.'],
      action: 'Gweld yr hyn a gofnodwyd',
    },
    'request-concluded': {
      subject: '{{ place }}: mae cais wedi’i gau',
      body: ['Mae cais oedd gennych wedi’i gau. Nid oes angen i chi wneud dim.'],
      action: 'Gweld y cais',
    },
    'sharing-stopped': {
      subject: '{{ place }}: mae person wedi rhoi’r gorau i rannu gyda chi',
      body: [
        'Nid yw person a atgyfeiriwyd atoch yn cytuno mwyach i rannu ei wybodaeth gyda chi. Ni allwch ei gweld bellach.',
        'Peidiwch â chysylltu â’r person am y cais hwn. Os oes gennych gopi o’i fanylion, dilynwch eich rheolau eich hun ar gyfer ei ddileu.',
      ],
      action: 'Gweld eich ceisiadau',
    },
    'capacity-expired': {
      subject: '{{ place }}: a oes gennych le o hyd?',
      body: [
        'Mae’r hyn a ddywedoch wrthym am faint o le sydd gennych bellach yn hen, felly mae pobl sy’n chwilio yn gweld nad ydym yn gwybod.',
        'Dim ond eiliad mae’n ei gymryd i ddweud sut mae pethau heddiw.',
      ],
      action: 'Dweud a oes gennych le',
    },
    'assurance-asked': {
      subject: '{{ place }}: a yw eich cynnig yn dal yn gywir?',
      body: [
        'Nid oes neb wedi dweud ers amser maith fod yr hyn y mae pawb yn ei ddarllen am eich cynnig yn dal yn gywir.',
        'Darllenwch ef a dywedwch ei fod, neu cywirwch yr hyn nad yw. Os na wna neb, bydd yn sefyll y tu ôl i bob un arall am gyfnod, ac yna ni ddangosir mohono mwyach.',
      ],
      action: 'Edrych ar eich cynnig',
    },
    'offer-hidden': {
      subject: '{{ place }}: ni ddangosir eich cynnig mwyach',
      body: [
        'Gofynnom a yw eich cynnig yn dal yn gywir ac ni chlywsom ddim, felly nid oes neb yn dod o hyd iddo mwyach.',
        'Nid oes dim ohono ar goll. Cyn gynted ag y dywedwch ei fod yn gywir, gall pawb ddod o hyd iddo eto.',
      ],
      action: 'Dod â’ch cynnig yn ôl',
    },
    'search-matched': {
      subject: '{{ place }}: mae rhywbeth newydd i chi',
      body: [
        'Gofynnoch am gael gwybod pan fydd rhywbeth newydd yn cyd-fynd â’r hyn y chwilioch amdano. Mae rhywbeth nawr.',
        'Gallwch ei weld, a newid yr hyn y cewch wybod amdano, neu ei dynnu’n ôl.',
      ],
      action: 'Gweld beth sy’n newydd',
    },
    'request-sent': {
      subject: '{{ place }}: mae eich cais wedi’i anfon',
      body: [
        'Rydym wedi anfon eich cais.',
        'Gallant weld beth hoffech ei gael, eich ardal a’ch anghenion mynediad. Ni allant weld pwy ydych oni bai eu bod yn derbyn.',
        'Gallwch newid eich meddwl unrhyw bryd.',
      ],
      action: 'Gweld eich cais',
    },
    'request-sent-for-you': {
      subject: '{{ place }}: mae cais wedi’i anfon ar eich rhan',
      body: [
        'Mae’r person sy’n eich helpu wedi anfon cais ar eich rhan, fel y cytunoch.',
        'Gallwch weld at bwy yr aeth, beth y gallant ei weld amdanoch, a beth fydd yn digwydd nesaf. Gallwch newid eich meddwl unrhyw bryd.',
      ],
      action: 'Gweld eich cais',
    },
    'request-accepted': {
      subject: '{{ place }}: newyddion da am eich cais',
      body: ['Mae eich cais wedi’i dderbyn. Gallant bellach weld eich enw a sut i gysylltu â chi, a byddant mewn cysylltiad.'],
      action: 'Gweld beth fydd yn digwydd nesaf',
    },
    'request-declined': {
      subject: '{{ place }}: newyddion am eich cais',
      body: [
        'Mae’n ddrwg gennym: ni all y bobl a holwyd helpu y tro hwn. Nid oherwydd unrhyw beth a wnaethoch chi y mae hyn.',
        'Ni ddangoswyd iddynt pwy ydych. Efallai fod eraill all helpu, a gallwch chwilio gyda rhywun os hoffech.',
      ],
      action: 'Gweld beth allwch ei wneud nesaf',
    },
    'request-unanswered': {
      subject: '{{ place }}: newyddion am eich cais',
      body: ['Mae’n ddrwg gennym eich bod wedi gorfod aros. Nid yw’r bobl a holwyd wedi ateb eto.', 'Gallwch aros ychydig yn hirach, neu ofyn i rywun arall.'],
      action: 'Gweld eich cais',
    },
    'request-concluded-for-you': {
      subject: '{{ place }}: mae eich cais wedi’i gau',
      body: ['Mae un o’ch ceisiadau wedi’i gau. Gallwch weld pam, a gallwch ofyn eto pryd bynnag y mynnwch.'],
      action: 'Gweld eich cais',
    },
    'outcome-for-you': {
      subject: '{{ place }}: newyddion am eich cais',
      body: ['Mae rhywun wedi cofnodi sut yr aeth pethau i chi. Os nad yw’n swnio’n iawn, gallwch ddweud hynny.'],
      action: 'Gweld yr hyn a gofnodwyd',
    },
    'sharing-stopped-for-you': {
      subject: '{{ place }}: rydym wedi rhoi’r gorau i rannu eich gwybodaeth',
      body: ['Fel y gofynnwyd ar eich rhan, rydym wedi rhoi’r gorau i rannu eich gwybodaeth ar gyfer un o’ch ceisiadau. Ni allant ei gweld bellach.'],
      action: 'Gweld eich cais',
    },
    'referral-accepted': {
      subject: '{{ place }}: derbyniwyd atgyfeiriad o’ch eiddo',
      body: ['Mae atgyfeiriad a anfonoch wedi’i dderbyn.'],
      action: 'Gweld yr atgyfeiriad',
    },
    'referral-declined': {
      subject: '{{ place }}: gwrthodwyd atgyfeiriad o’ch eiddo',
      body: ['Mae atgyfeiriad a anfonoch wedi’i wrthod. Gallwch weld y rheswm, a chwilio am rywun arall all helpu.'],
      action: 'Gweld yr atgyfeiriad',
    },
    'referral-unanswered': {
      subject: '{{ place }}: ni chafwyd ateb i atgyfeiriad o’ch eiddo',
      body: ['Ni chafwyd ateb i atgyfeiriad a anfonoch o fewn y diwrnodau gwaith a addawyd. Dylai rhywun holi, neu roi cynnig arall arni.'],
      action: 'Gweld yr atgyfeiriad',
    },
    'referral-sharing-stopped': {
      subject: '{{ place }}: mae’r rhannu wedi dod i ben ar gyfer atgyfeiriad o’ch eiddo',
      body: ['Nid yw person a atgyfeiriwyd gennych yn cytuno mwyach i rannu ei wybodaeth ar gyfer yr atgyfeiriad hwnnw. Mae’r mynediad wedi dod i ben.'],
      action: 'Gweld yr atgyfeiriad',
    },
    'referral-outcome': {
      subject: '{{ place }}: newyddion am atgyfeiriad o’ch eiddo',
      body: ['Mae rhywun wedi cofnodi sut yr aeth pethau i berson a atgyfeiriwyd gennych.'],
      action: 'Gweld yr atgyfeiriad',
    },
    'referral-concluded': {
      subject: '{{ place }}: caewyd atgyfeiriad o’ch eiddo',
      body: ['Mae atgyfeiriad a anfonoch wedi’i gau. Gallwch weld pam, a beth ddaeth ohono.'],
      action: 'Gweld yr atgyfeiriad',
    },
    'spend-waits-for-vote': {
      subject: '{{ place }}: mae rhywbeth yn aros am eich pleidlais',
      body: [
        'Mae aelod o gronfa rydych yn perthyn iddi wedi cynnig talu bil gyda’ch gilydd.',
        'Gallwch weld at beth mae’r arian a sut y caiff ei rannu. Cymeradwywch neu wrthwynebwch cyn i’r amser i benderfynu ddod i ben.',
      ],
      action: 'Ei weld a phenderfynu',
    },
    'spend-paid': {
      subject: '{{ place }}: mae bil a gyflwynwyd gennych wedi’i dalu',
      body: ['Mae pwy bynnag sy’n dal arian eich cronfa wedi cadarnhau iddynt dalu’r bil a gyflwynwyd gennych.'],
      action: 'Gweld eich cronfa',
    },
    'spend-refused': {
      subject: '{{ place }}: ni fydd bil a gyflwynwyd gennych yn cael ei dalu',
      body: [
        'Ni chafodd y bil a gyflwynwyd gennych ei gymeradwyo, felly ni fydd yn cael ei dalu o’ch cronfa.',
        'Mae popeth a addawyd ar ei gyfer yn rhydd eto.',
      ],
      action: 'Gweld beth ddigwyddodd',
    },
    'payment-instructed': {
      subject: '{{ place }}: gofynnir i chi wneud taliad',
      body: [
        'Mae aelodau cronfa yr ydych yn dal ei harian wedi cytuno i dalu bil, ac yn gofyn i chi ei dalu.',
        'Pan fyddwch wedi talu, cadarnhewch y diwrnod a’ch cyfeirnod, os gwelwch yn dda.',
      ],
      action: 'Gweld beth i’w dalu',
    },
    'membership-invitation': {
      subject: '{{ place }}: mae cydweithiwr yn eich gwahodd',
      body: [
        'Mae rhywun sy’n gofalu am sefydliad yma yn gofyn i chi weithredu drosto gyda nhw: gofalu am yr hyn y mae’n ei gynnig, ac ateb pwy bynnag sy’n gofyn amdano.',
        'Pan fyddwch wedi mewngofnodi cewch weld pa sefydliad ydyw. Nid oes dim yn digwydd nes i chi gytuno, a gallwch wrthod.',
        'Mae angen cyfrif arnoch ar gyfer hynny. Os nad oes gennych un, gallwch agor un drwy’r un ddolen, sy’n gweithio am saith diwrnod.',
      ],
      action: 'Gweld y gwahoddiad',
    },
    'verify-email': {
      subject: '{{ place }}: cadarnhewch eich cyfeiriad e-bost',
      body: ['Cadarnhewch mai hwn yw eich cyfeiriad e-bost, os gwelwch yn dda. Yna gallwch fewngofnodi.'],
      action: 'Cadarnhau fy nghyfeiriad e-bost',
    },
    'reset-password': {
      subject: '{{ place }}: dewiswch gyfrinair newydd',
      body: ['Gofynnodd rhywun, chi rydym yn meddwl, am gael dewis cyfrinair newydd ar gyfer eich cyfrif.'],
      action: 'Dewis cyfrinair newydd',
    },
    invitation: {
      subject: '{{ place }}: rydych wedi’ch gwahodd',
      body: ['Fe’ch gwahoddir i gael eich cyfrif eich hun yma. Ag ef gallwch weld beth sy’n digwydd i chi, a phenderfynu pwy sy’n gweld eich gwybodaeth.'],
      action: 'Derbyn y gwahoddiad',
    },
  },
}
