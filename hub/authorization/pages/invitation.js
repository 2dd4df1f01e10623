// The invitation comes behind the # of the link, so it is in no log and no Referer; the form needs it in a field.
const field = document.getElementById('key')
if (field && location.hash.length > 1) {
  field.value = decodeURIComponent(location.hash.slice(1))
  history.replaceState(null, '', location.pathname)
  field.form.requestSubmit()
}
