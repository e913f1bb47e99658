import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRuntime } from '@patchwork/runtime'
import { importTaxonomy } from './importTaxonomy.ts'

// Small files in the formats of the published lists, with a few of their codes and names.

/** As standards.esd.org.uk gives the functions and services of local government. */
export const localGovernmentList = `<?xml version="1.0" encoding="UTF-8"?>
<Functions><URI>http://id.esd.org.uk/FunctionList</URI><Modified>2010-04-06T00:00:00</Modified><Description>What councils do</Description>
<Function><Identifier>72</Identifier><Label>Leisure &amp; culture</Label><URI>http://id.esd.org.uk/function/72</URI><Description></Description><Functions>
<Function><Identifier>76</Identifier><Label>Libraries</Label><URI>http://id.esd.org.uk/function/76</URI><Description/><Services>
<Service><Identifier>437</Identifier><Label>Library facilities</Label><URI>http://id.esd.org.uk/service/437</URI><Description><![CDATA[Rooms & desks]]></Description></Service>
<Service><Identifier>76</Identifier><Label>Not the function of that number</Label><URI>http://id.esd.org.uk/service/76</URI><Description>Another &#x2014; thing</Description></Service>
</Services></Function></Functions></Function>
<Function><Identifier>66</Identifier><Label>Housing</Label><URI>http://id.esd.org.uk/function/66</URI><Description></Description></Function>
</Functions>`

/** As openeligibility.org gives its taxonomy, with the version of XML that it claims. */
export const openEligibility = `<?xml version="2.0" encoding="UTF-8"?>
<taxonomy><version>2.0</version><update_date></update_date><services>
<descriptions><category id="1102" title="food">Services for free meals.
</category></descriptions>
<top_level id="1102" title="Food"><second_level id="1130" title="Food Pantry"></second_level></top_level>
<top_level id="1105" title="Transit"><second_level id='1175' title="Transportation"><third_level id="1176" title="Toys &amp; Gifts"/></second_level></top_level>
</services></taxonomy>`

/** As HSDS has its table of terms. */
export const hsdsTerms = `id,code,name,description,parent_id,taxonomy,language,taxonomy_id,term_uri
3f7b145d-84af-42d7-8fae-eaca714b02b2,A,Advice,"Words, numbers and people",,Our own,en,1f7b145d-84af-42d7-8fae-eaca714b02b2,https://terms.example/a
0bc248fa-dc27-4650-9ba4-8f1a24ef16a2,A1,Debt,,3f7b145d-84af-42d7-8fae-eaca714b02b2,Our own,en,1f7b145d-84af-42d7-8fae-eaca714b02b2,
`

/** A list in SKOS, in two languages, that says what it means in the local government list. In RDF/XML. */
export const skosInXml = `<?xml version="1.0" encoding="UTF-8"?>
<!-- As > tools < write it. -->
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#" xmlns:dct="http://purl.org/dc/terms/"
  xml:base="https://words.example/list/">
  <skos:ConceptScheme rdf:about="https://words.example/list">
    <dct:title xml:lang="cy">Geiriau</dct:title><dct:title xml:lang="en">Words of the valley</dct:title><dct:modified>2026-02-01T10:00:00</dct:modified>
    <skos:hasTopConcept rdf:resource="reading"/>
  </skos:ConceptScheme>
  <skos:Concept rdf:about="reading">
    <skos:prefLabel xml:lang="en">Reading &amp; writing</skos:prefLabel><skos:prefLabel xml:lang="cy">Darllen</skos:prefLabel>
    <skos:prefLabel xml:lang="fr">Lire</skos:prefLabel><skos:altLabel xml:lang="en">Books</skos:altLabel>
    <skos:definition xml:lang="en">All that is read</skos:definition>
    <skos:narrower rdf:resource="library"/>
    <skos:exactMatch rdf:resource="https://id.esd.org.uk/function/76"/>
  </skos:Concept>
  <skos:Concept rdf:about="library">
    <skos:inScheme rdf:resource="https://words.example/list"/>
    <skos:notation>L1</skos:notation><skos:prefLabel xml:lang="en-GB">A library</skos:prefLabel><skos:scopeNote>Rooms with books</skos:scopeNote>
    <skos:closeMatch rdf:resource="http://elsewhere.example/9"/>
  </skos:Concept>
  <rdf:Description rdf:about="house">
    <rdf:type rdf:resource="http://www.w3.org/2004/02/skos/core#Concept"/><skos:inScheme rdf:resource="https://words.example/list"/>
    <skos:prefLabel>House</skos:prefLabel><skos:broader rdf:resource="library"/><skos:broader rdf:resource="reading"/>
    <skos:closeMatch rdf:resource="http://id.esd.org.uk/function/66"/>
  </rdf:Description>
</rdf:RDF>`

/** The same in Turtle. */
export const skosInTurtle = `# As > tools < write it.
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
PREFIX dct: <http://purl.org/dc/terms/>
@base <https://words.example/list/> .
<https://words.example/list> a skos:ConceptScheme ; dct:title "Geiriau"@cy, "Words of the valley"@en ; dct:modified "2026-02-01T10:00:00" ; skos:hasTopConcept <reading> .
<reading> a skos:Concept ; skos:prefLabel "Reading & writing"@en, "Darllen"@cy, "Lire"@fr ; skos:altLabel "Books"@en ;
  skos:definition "All that is read"@en ; skos:narrower <library> ; skos:exactMatch <https://id.esd.org.uk/function/76> .
<library> a skos:Concept ; skos:inScheme <https://words.example/list> ; skos:notation "L1" ; skos:prefLabel "A library"@en-GB ; skos:scopeNote "Rooms with books" ;
  skos:closeMatch <http://elsewhere.example/9> .
<house> a skos:Concept ; skos:inScheme <https://words.example/list> ; skos:prefLabel "House" ; skos:broader <library>, <reading> ; skos:closeMatch <http://id.esd.org.uk/function/66> .
`

/** A folder that both published lists were imported into, as far as these files hold them. Whoever asks for it removes it. */
export const importedTaxonomies = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'patchwork-taxonomies-'))
  for (const [name, text] of Object.entries({ 'local-government.xml': localGovernmentList, 'open-eligibility.xml': openEligibility })) {
    writeFileSync(join(folder, name), text)
    await importTaxonomy(join(folder, name), { folder, now: systemRuntime.now })
  }
  return folder
}
