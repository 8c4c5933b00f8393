// The words the demo business is made of: people and places in the scripts and with the accents that real files have.
import type { Draw } from './draw';

const PEOPLE: readonly { readonly given: readonly string[]; readonly family: readonly string[]; readonly familyFirst?: true }[] = [
  {
    given: ['Ana', 'João', 'Inês', 'Conceição', 'Luís', 'Íris', 'António', 'Cátia', 'Simão', 'Beatriz', 'Gonçalo', 'Mafalda'],
    family: ['Gonçalves', 'Araújo', 'Simões', 'Magalhães', 'Brandão', 'de Sá', 'Conceição', 'Leitão', 'Guimarães', "d'Ávila", 'Frazão'],
  },
  {
    given: ['Jürgen', 'Käthe', 'Björn', 'Sören', 'Heike', 'Anneliese', 'Götz', 'Maximilian', 'Zoë', 'Ulrike', 'Thorsten'],
    family: ['Müller', 'Weiß', 'Schröder', 'von der Heide', 'Köhler', 'Groß', 'Böttcher', 'Jäger', 'Meyer-Lüdenscheidt', 'Strauß'],
  },
  {
    given: ['Thiago', 'Antônia', 'Raíssa', 'José', 'Letícia', 'Caíque', 'Mônica', 'Vitória', 'Ubiratã', 'Juçara', 'Otávio'],
    family: ['da Silva', 'dos Santos', 'Assunção', 'Antunes', 'Mesquita', 'Pinheiro', 'Araripe', 'Cândido', 'Falcão', 'Ybarra'],
  },
  { given: ['Maëlle', 'François', 'Zoé', 'Loïc', 'Hélène'], family: ["L'Hôpital", 'Lefèvre', 'Œuvrard', 'Garçon', 'Bœuf'] },
  { given: ['Łukasz', 'Żaneta', 'Šárka', 'Dražen', 'Ağca', 'İpek'], family: ['Wójcik', 'Dvořák', 'Đorđević', 'Yıldız', 'Szőke'] },
  { given: ['Ελένη', 'Γιώργος', 'Δήμητρα'], family: ['Παπαδοπούλου', 'Νικολαΐδης', 'Αγγελόπουλος'] },
  { given: ['Ольга', 'Дмитро', 'Їванна', 'Сергей'], family: ['Шевченко', 'Кузнецова', 'Ґалаґан', 'Ёлкин'] },
  { given: ['ليلى', 'يوسف', 'مريم'], family: ['الحسن', 'بن عمر', 'السيد'] },
  { given: ['आरव', 'प्रिया', 'मीरा'], family: ['शर्मा', 'वर्मा', 'अय्यर'] },
  { given: ['伟', '秀英', '子涵'], family: ['王', '李', '欧阳'], familyFirst: true },
  { given: ['さくら', '健太', '美咲'], family: ['佐藤', '鈴木', '渡邉'], familyFirst: true },
  { given: ['Thị Hương', 'Văn Đức'], family: ['Nguyễn', 'Trần', 'Đặng'], familyFirst: true },
];

/** Most people bear a name of the country they work in; some do not. */
const HOME: Readonly<Record<string, number>> = { PT: 0, DE: 1, BR: 2 };

export function personName(draw: Draw, country: string): string {
  const { given, family, familyFirst } = draw.chance(0.75) ? PEOPLE[HOME[country] ?? 0]! : draw.pick(PEOPLE);
  const [first, last] = [draw.pick(given), draw.pick(family)];
  if (familyFirst) return `${last} ${first}`;
  return draw.chance(0.3) ? `${first} ${draw.pick(family)} ${last}` : `${first} ${last}`;
}

export const BUSINESS_WORDS: Readonly<Record<string, { readonly stems: readonly string[]; readonly forms: readonly string[] }>> = {
  PT: {
    stems: ['Cerâmica do Vouga', 'Águas de Évora', 'Transportes Conceição & Irmãos', 'Cortiça São Brás', 'Lã Serra da Estrela', 'Óptica Camões', 'Têxteis Guimarães', 'Pão de Açúcar do Sado', 'Navegação Açores', 'Farmácia Praça da Sé'],
    forms: ['S.A.', 'Lda.', 'Unipessoal, Lda.'],
  },
  DE: {
    stems: ['Müller Präzisionsteile', 'Weißblech Süd', 'Getränke Schröder', 'Straßenbau Köln', 'Bäckerei Grünwald', 'Jäger & Söhne Gerätebau', 'Nordsee Kühlhäuser', 'Brüder Groß "Feinmechanik"', 'Schönfärberei Jena', 'Ökostrom Rügen'],
    forms: ['GmbH', 'AG', 'GmbH & Co. KG', 'SE'],
  },
  BR: {
    stems: ['Açúcar e Álcool Ribeirão', 'Construções Maranhão', 'Aviação Rondônia', 'Calçados Juçara', 'Grãos do Piauí', 'Café São João', 'Mineração Aço & Luz', 'Rede Saúde Goiás', 'Tecelagem Ubá', 'Logística Paranaguá'],
    forms: ['S.A.', 'Ltda.', 'EIRELI'],
  },
};

/** City, a pattern of its postal codes (# is a digit), and a street. */
export const PLACES: Readonly<Record<string, readonly { readonly city: string; readonly postalCode: string; readonly street: string }[]>> = {
  PT: [
    { city: 'Lisboa', postalCode: '1###-###', street: 'Rua da Conceição' },
    { city: 'Évora', postalCode: '7000-###', street: 'Praça do Giraldo' },
    { city: 'São João da Madeira', postalCode: '3700-###', street: 'Avenida da Liberdade, Edifício Norte' },
  ],
  DE: [
    { city: 'Köln', postalCode: '50###', street: 'Große Budengasse' },
    { city: 'Düsseldorf', postalCode: '40###', street: 'Königsallee' },
    { city: 'Weißenfels', postalCode: '06667', street: 'Jüdenstraße' },
  ],
  BR: [
    { city: 'São Paulo', postalCode: '01###-###', street: 'Rua Líbero Badaró' },
    { city: 'Goiânia', postalCode: '74###-###', street: 'Avenida Goiás' },
    { city: 'Maceió', postalCode: '57###-###', street: 'Rua do Comércio' },
  ],
};
