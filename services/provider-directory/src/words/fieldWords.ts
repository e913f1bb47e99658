/**
 * Words of the field that stand for one another, in English and Welsh, from the usage of social care, health and voluntary groups in the United Kingdom.
 *
 * What may stand here: words for the same thing, so that nobody has to know the word that a provider or a council happens to use. What may not:
 * - a name of a provider or a brand, or a word that praises: no group prefers anybody, and it changes what is found, never who stands first;
 * - a way from other help to personal care, or from personal care to help that is not: whoever asks for it must find it and nothing like it, and nobody
 *   who asks for company or cleaning is led to it (the one exception is said at "home help");
 * - a single Welsh word, or a mutation of one, that is an English word of another meaning ("plant" is children, "tai" is houses, "offer" is tools,
 *   "man" is a place): such words stand in phrases only.
 *
 * `en` and `cy` are words for one thing: any of them finds all. With `asked`, only those who type one of these are led to the rest, which does not lead back.
 */
export type WordGroup = { en: readonly string[]; cy: readonly string[]; asked?: { en: readonly string[]; cy: readonly string[] }; why?: string }

export const fieldWords: readonly WordGroup[] = [
  // Care and help at home
  {
    asked: { en: ['home help', 'home helps', 'help at home', 'help in the home'], cy: ['cymorth cartref', 'cymorth gartref', 'cymorth yn y cartref'] },
    en: ['home help', 'help at home', 'domiciliary care', 'home care', 'homecare', 'care at home'],
    cy: ['cymorth cartref', 'cymorth yn y cartref', 'gofal cartref', 'gofal yn y cartref'],
    why: 'Councils ran "home helps" from 1948 until they commissioned "domiciliary care", and people still ask by the old name. It does not lead back: who asks for care is not shown cleaners.',
  },
  { en: ['domiciliary care', 'home care', 'homecare', 'care at home', 'care in the home'], cy: ['gofal cartref', 'gofal yn y cartref', 'gofal gartref'] },
  {
    en: ['personal care', 'intimate care', 'washing and dressing'],
    cy: ['gofal personol'],
    why: 'The same regulated activity in the words of the law, of providers and of families. Nothing else leads here.',
  },
  {
    asked: { en: ['sitting service', 'sitter', 'break from caring'], cy: [] },
    en: ['respite', 'short break', 'carers break'],
    cy: ['gofal seibiant', 'seibiant'],
    why: 'Somebody who sits in so that a carer can go out; a "sitter" may also mind children, so it does not lead back.',
  },
  { en: ['respite', 'respite care', 'short break', 'carers break'], cy: ['gofal seibiant', 'seibiant byr', 'seibiant'] },
  {
    en: ['unpaid carer', 'family carer', 'carer', 'caregiver'],
    cy: ['gofalwr', 'gofalwyr', 'gofalwyr di dâl', 'gofalwr teuluol'],
    why: 'Whoever looks after a relative or a friend; the law and councils say "carer" alone. Paid "care workers" are others and stand apart.',
  },
  { en: ['young carer'], cy: ['gofalwr ifanc', 'gofalwyr ifanc'] },
  { en: ['care worker', 'care assistant'], cy: ['gweithiwr gofal', 'gweithwyr gofal'] },
  { en: ['personal assistant'], cy: ['cynorthwyydd personol', 'cynorthwywyr personol'] },
  { en: ['handyman', 'handyperson', 'odd jobs', 'small repairs', 'minor repairs'], cy: ['tasgmon', 'mân waith', 'mân atgyweiriadau'] },
  { en: ['cleaning', 'cleaner', 'housework', 'house cleaning'], cy: ['glanhau', 'glanhawr', 'gwaith tŷ'] },
  { en: ['laundry', 'ironing'], cy: ['golchi dillad', 'smwddio'] },
  { en: ['shopping'], cy: ['siopa'] },
  { en: ['gardening', 'gardener', 'garden help'], cy: ['garddio', 'garddwr', 'gwaith gardd'] },
  { en: ['community garden', 'allotment'], cy: ['gardd gymunedol', 'rhandir', 'rhandiroedd'] },
  { en: ['home adaptation', 'adaptations', 'grab rails', 'stairlift'], cy: ['addasiadau', 'addasiadau cartref'] },
  { en: ['disability equipment', 'mobility aids', 'daily living aids', 'living aids'], cy: ['cymhorthion', 'cymhorthion symudedd'] },
  { en: ['wheelchair'], cy: ['cadair olwyn', 'cadeiriau olwyn'] },
  {
    en: ['telecare', 'personal alarm', 'pendant alarm', 'community alarm', 'careline'],
    cy: ['teleofal', 'larwm personol'],
    why: 'Councils say telecare, people say what hangs around the neck.',
  },
  { en: ['foot care', 'footcare', 'chiropody', 'chiropodist', 'podiatry', 'podiatrist', 'nail cutting'], cy: ['gofal traed', 'podiatreg', 'ciropodydd'] },
  { en: ['hairdresser', 'hairdressing', 'mobile hairdresser'], cy: ['trin gwallt'] },
  { en: ['dog walking', 'pet care'], cy: ['cerdded cŵn'] },
  { en: ['hoarding', 'decluttering'], cy: ['celcio'] },

  // Company, food and getting together
  { en: ['befriending', 'befriender', 'companionship', 'home visiting'], cy: ['cyfeillio', 'cwmnïaeth'] },
  {
    asked: { en: ['loneliness', 'lonely', 'isolation', 'isolated', 'company'], cy: ['unigrwydd', 'ynysigrwydd'] },
    en: ['befriending', 'companionship', 'coffee morning', 'social group', 'loneliness', 'lonely'],
    cy: ['cyfeillio', 'bore coffi', 'unigrwydd'],
    why: 'People type what they feel; what is listed is what helps. "Company" means a firm too, so it does not lead back.',
  },
  { en: ['coffee morning', 'coffee and chat', 'tea and chat'], cy: ['bore coffi', 'paned a sgwrs'] },
  { en: ['warm space', 'warm hub', 'warm bank', 'warm welcome'], cy: ['canolfan gynnes', 'croeso cynnes'] },
  { en: ['lunch club', 'luncheon club', 'community lunch'], cy: ['clwb cinio', 'clybiau cinio'] },
  { en: ['meals on wheels', 'meal delivery', 'community meals', 'delivered meals'], cy: ['pryd ar glud', 'prydau ar glud'] },
  {
    en: ['food bank', 'foodbank', 'food parcel', 'food pantry', 'community pantry', 'food club'],
    cy: ['banc bwyd', 'banciau bwyd', 'pantri bwyd'],
    why: 'A pantry asks for a small fee and no referral; whoever needs food wants to see both.',
  },
  { en: ['day centre', 'day care centre', 'day opportunities', 'day service'], cy: ['canolfan ddydd', 'cyfleoedd dydd', 'gwasanaeth dydd'] },
  { en: ["men's shed", 'mens shed'], cy: ['sied dynion'] },
  { en: ['repair cafe'], cy: ['caffi trwsio'] },
  { en: ['community centre', 'village hall', 'community hall', 'church hall'], cy: ['canolfan gymunedol', 'neuadd bentref', 'neuadd gymunedol'] },
  { en: ['community'], cy: ['cymuned', 'cymunedol', 'cymunedau'] },
  { en: ['neighbour'], cy: ['cymydog', 'cymdogion'] },
  { en: ['church', 'chapel'], cy: ['eglwys', 'eglwysi'] },
  { en: ['charity'], cy: ['elusen', 'elusennau'] },
  { en: ['volunteer', 'volunteering'], cy: ['gwirfoddoli', 'gwirfoddolwr', 'gwirfoddolwyr'] },
  { en: ['help', 'support'], cy: ['cymorth', 'cefnogaeth', 'cefnogi'], asked: { en: [], cy: ['cymorth', 'cefnogaeth', 'cefnogi'] } },
  { en: ['older people', 'elderly', 'seniors', 'pensioners', 'over 60s'], cy: ['pobl hŷn', 'henoed', 'pensiynwyr'] },

  // Homes
  { en: ['care home', 'residential home', 'residential care', 'nursing home'], cy: ['cartref gofal', 'cartrefi gofal', 'cartref preswyl', 'cartref nyrsio'] },
  {
    asked: { en: ["old people's home", 'old folks home', 'retirement home'], cy: ['cartref henoed'] },
    en: ['care home', 'residential home', 'nursing home'],
    cy: ['cartref gofal', 'cartref preswyl', 'cartref henoed'],
    why: 'What families call it and no provider writes.',
  },
  { en: ['sheltered housing', 'retirement housing', 'retirement living'], cy: ['tai gwarchod', 'llety gwarchod'] },
  { en: ['extra care housing', 'assisted living'], cy: ['tai gofal ychwanegol'] },
  { en: ['supported living', 'supported housing', 'supported accommodation'], cy: ['byw â chymorth', 'llety â chymorth'] },
  { en: ['shared lives', 'adult placement'], cy: ['cysylltu bywydau'], why: 'Renamed in 2004 in England; older papers have the former name.' },
  { en: ['housing advice', 'housing help'], cy: ['cyngor tai', 'cymorth tai'] },
  { en: ['homeless', 'homelessness', 'rough sleeping', 'rough sleeper'], cy: ['digartref', 'digartrefedd'] },
  { en: ['fuel poverty', 'energy advice', 'heating help'], cy: ['tlodi tanwydd', 'cyngor ynni'] },

  // Money, rights and advice
  { en: ['advice'], cy: ['cyngor'] },
  { en: ['benefits advice', 'welfare rights', 'welfare benefits', 'benefit check'], cy: ['cyngor budd daliadau', 'hawliau lles', 'budd daliadau'] },
  { en: ['universal credit'], cy: ['credyd cynhwysol'] },
  { en: ['pension credit'], cy: ['credyd pensiwn'] },
  { en: ['attendance allowance'], cy: ['lwfans gweini'] },
  { en: ['debt advice', 'debt', 'money advice', 'debts'], cy: ['cyngor dyled', 'dyledion', 'dyled', 'cyngor ariannol'] },
  { en: ['legal advice', 'law centre', 'solicitor'], cy: ['cyngor cyfreithiol', 'cyfreithiwr'] },
  { en: ['advocacy', 'advocate'], cy: ['eiriolaeth', 'eiriolwr', 'eiriolwyr'] },
  { en: ['power of attorney', 'lasting power of attorney'], cy: ['pŵer atwrnai', 'atwrneiaeth'] },
  { en: ['direct payment', 'personal budget'], cy: ['taliad uniongyrchol', 'taliadau uniongyrchol', 'cyllideb bersonol'] },
  { en: ['social worker', 'social work'], cy: ['gweithiwr cymdeithasol', 'gwaith cymdeithasol'] },
  { en: ['care assessment', 'needs assessment'], cy: ['asesiad gofal', 'asesiad anghenion'] },
  { en: ['social prescribing', 'social prescriber', 'link worker', 'community navigator'], cy: ['presgripsiynu cymdeithasol'] },
  { en: ['refugee', 'asylum seeker'], cy: ['ffoadur', 'ffoaduriaid', 'ceiswyr lloches'] },
  { en: ['veteran', 'armed forces', 'ex service'], cy: ['cyn filwyr', 'lluoedd arfog'] },
  { en: ['lgbt', 'lgbtq', 'lgbtqia'], cy: ['lhdt', 'lhdtc'] },

  // Health
  { en: ['health'], cy: ['iechyd'] },
  { en: ['mental health', 'mental wellbeing', 'emotional wellbeing'], cy: ['iechyd meddwl', 'lles meddyliol'] },
  {
    asked: { en: ['depression', 'depressed', 'anxiety', 'anxious', 'stress', 'low mood'], cy: ['iselder', 'gorbryder', 'pryder'] },
    en: ['mental health', 'talking therapies', 'counselling'],
    cy: ['iechyd meddwl', 'cwnsela'],
    why: 'People type what they have; services name what they do.',
  },
  {
    asked: { en: ['suicide', 'suicidal', 'self harm'], cy: ['hunanladdiad', 'hunan niweidio'] },
    en: ['suicide', 'suicide prevention', 'mental health crisis', 'crisis support', 'self harm'],
    cy: ['hunanladdiad', 'argyfwng iechyd meddwl'],
  },
  { en: ['counselling', 'counsellor', 'talking therapies', 'talking therapy', 'psychotherapy'], cy: ['cwnsela', 'cwnselydd', 'therapi siarad'] },
  { en: ['bereavement', 'grief', 'bereaved'], cy: ['galar', 'profedigaeth'] },
  { en: ['dementia', 'alzheimers', "alzheimer's", 'memory loss', 'memory cafe'], cy: ['dementia', 'colli cof', 'clefyd alzheimer'] },
  { en: ['learning disability', 'learning difficulty', 'learning disabled'], cy: ['anabledd dysgu', 'anableddau dysgu'] },
  { en: ['autism', 'autistic', 'asperger', 'neurodivergent', 'neurodiversity'], cy: ['awtistiaeth', 'awtistig', 'niwroamrywiaeth', 'niwrowahanol'] },
  { en: ['disability', 'disabled', 'disabled people'], cy: ['anabledd', 'anabl', 'pobl anabl'] },
  { en: ['deaf', 'hearing loss', 'hard of hearing', 'hearing impaired', 'hearing impairment'], cy: ['byddar', 'colli clyw', 'nam ar y clyw'] },
  { en: ['british sign language', 'bsl'], cy: ['iaith arwyddion'] },
  {
    en: ['blind', 'sight loss', 'visually impaired', 'visual impairment', 'partially sighted'],
    cy: ['colli golwg', 'nam ar y golwg', 'rhannol ddall'],
  },
  { en: ['stroke'], cy: ['strôc'] },
  { en: ['cancer'], cy: ['canser'] },
  { en: ['end of life', 'palliative care', 'hospice'], cy: ['gofal diwedd oes', 'gofal lliniarol', 'hosbis'] },
  { en: ['falls prevention', 'strength and balance'], cy: ['atal cwympiadau', 'atal codymau'] },
  { en: ['pharmacy', 'chemist', 'pharmacist'], cy: ['fferyllfa', 'fferyllfeydd', 'fferyllydd'] },
  { en: ['doctor', 'gp', 'general practice', 'doctors surgery', 'medical centre'], cy: ['meddyg', 'meddygon', 'meddygfa', 'meddyg teulu'] },
  { en: ['dentist', 'dental'], cy: ['deintydd', 'deintyddion'] },
  { en: ['optician', 'eye test'], cy: ['optegydd', 'prawf llygaid'] },
  { en: ['hospital'], cy: ['ysbyty', 'ysbytai'] },
  { en: ['nurse', 'nursing'], cy: ['nyrs', 'nyrsio', 'nyrsys'] },
  {
    en: ['addiction', 'substance misuse', 'drugs and alcohol', 'drug misuse', 'alcohol misuse'],
    cy: ['dibyniaeth', 'camddefnyddio sylweddau', 'cyffuriau ac alcohol'],
  },
  { en: ['stop smoking', 'quit smoking', 'smoking cessation'], cy: ['rhoi r gorau i ysmygu', 'ysmygu'] },
  { en: ['domestic abuse', 'domestic violence', 'abusive relationship', 'womens refuge'], cy: ['cam drin domestig', 'trais yn y cartref', 'trais domestig'] },

  // Families and young people
  { en: ['children'], cy: ['plant bach', 'grŵp plant'], why: '"Plant" alone would find nurseries that sell flowers.' },
  { en: ['family', 'families'], cy: ['teulu', 'teuluoedd'] },
  { en: ['family hub', 'childrens centre', "children's centre", 'family centre'], cy: ['canolfan blant', 'canolfan deulu', 'canolfan i deuluoedd'] },
  { en: ['childcare', 'child care', 'childminder', 'day nursery'], cy: ['gofal plant', 'gwarchodwr plant', 'meithrinfa'] },
  {
    en: ['parent and toddler', 'toddler group', 'baby group', 'stay and play', 'playgroup'],
    cy: ['cylch ti a fi', 'cylch meithrin', 'grŵp babanod'],
  },
  { en: ['youth club', 'youth group', 'youth work', 'young people'], cy: ['clwb ieuenctid', 'grŵp ieuenctid', 'ieuenctid', 'pobl ifanc'] },
  { en: ['holiday club', 'play scheme', 'playscheme'], cy: ['clwb gwyliau', 'cynllun chwarae'] },
  {
    en: ['send', 'special educational needs', 'additional learning needs'],
    cy: ['anghenion dysgu ychwanegol'],
    why: 'The law says SEND in England and ALN in Wales.',
  },
  { en: ['foster care', 'fostering'], cy: ['maethu', 'gofal maeth'] },

  // Getting about
  {
    en: ['community transport', 'dial a ride', 'ring and ride', 'volunteer drivers', 'community car'],
    cy: ['trafnidiaeth gymunedol', 'cludiant cymunedol', 'ceir cymunedol'],
  },
  { en: ['transport'], cy: ['cludiant', 'trafnidiaeth'] },
  { en: ['patient transport', 'hospital transport'], cy: ['cludiant cleifion'] },
  { en: ['blue badge', 'disabled parking'], cy: ['bathodyn glas'] },

  // Learning, work and leisure
  { en: ['library'], cy: ['llyfrgell', 'llyfrgelloedd'] },
  { en: ['job club', 'employment support', 'help finding work'], cy: ['clwb swyddi', 'cymorth cyflogaeth'] },
  { en: ['adult learning', 'adult education', 'evening classes'], cy: ['dysgu oedolion', 'addysg oedolion', 'dysgu gydol oes'] },
  { en: ['esol', 'english classes', 'learn english'], cy: ['dosbarthiadau saesneg'] },
  { en: ['learn welsh', 'welsh classes'], cy: ['dysgu cymraeg', 'dosbarthiadau cymraeg'] },
  { en: ['digital skills', 'computer skills', 'computer classes', 'get online', 'computer help'], cy: ['sgiliau digidol', 'cyfrifiaduron'] },
  { en: ['exercise class', 'keep fit', 'fitness class', 'physical activity', 'exercise'], cy: ['ymarfer corff', 'cadw n heini', 'gweithgarwch corfforol'] },
  { en: ['walking group', 'health walk', 'guided walk'], cy: ['grŵp cerdded', 'teithiau cerdded'] },
  { en: ['walking'], cy: ['cerdded'] },
  { en: ['swimming', 'swim'], cy: ['nofio'] },
  { en: ['football'], cy: ['pêl droed'] },
  { en: ['cycling', 'bike'], cy: ['beicio', 'seiclo'] },
  { en: ['dancing', 'dance'], cy: ['dawns', 'dawnsio'] },
  { en: ['singing', 'choir'], cy: ['canu', 'corau'] },
  { en: ['arts and crafts', 'crafts', 'craft group'], cy: ['celf a chrefft', 'crefftau'] },
  { en: ['knitting', 'crochet', 'knit and natter'], cy: ['gwau'] },
  { en: ['yoga'], cy: ['ioga'] },
  { en: ['sport', 'sports club'], cy: ['chwaraeon', 'clwb chwaraeon'] },
]

/** Welsh words of the field beyond those of the groups, whose mutations are known for what they are. None of their forms is an English word. */
export const moreWelshWords: readonly string[] =
  'gwasanaeth gwasanaethau cyngor cymorth cymdeithas cymdeithasol cefnogaeth gofal cartref cartrefi clwb clybiau grŵp grwpiau canolfan canolfannau gweithgaredd gweithgareddau gwybodaeth hyfforddiant prosiect prosiectau trefnu cyfarfod cyfarfodydd rhieni pobl bwyd llesiant lles dysgu darllen chwarae coginio cerddoriaeth theatr gwyliau cinio gwaith meddwl ieuenctid croeso rhad mynediad cyfle cyfleoedd dynion menywod merched bechgyn babanod oedolion'.split(
    ' ',
  )
