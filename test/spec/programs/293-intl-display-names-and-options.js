const regions = new Intl.DisplayNames(['en'], { type: 'region' });
const languages = new Intl.DisplayNames('en', { type: 'language' });
[regions.of('DE'), languages.of('pt-BR'), Intl.NumberFormat('de').resolvedOptions().locale, Intl.DateTimeFormat().resolvedOptions().timeZone, Intl.getCanonicalLocales('EN-us'), new Intl.Locale('zh-Hant-TW').language];
